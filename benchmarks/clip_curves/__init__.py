"""How well a small CLIP that is trained from scratch captions, by how many pairs it has seen."""
