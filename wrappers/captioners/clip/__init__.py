"""Captions by CLIP: statements that are similar enough to an image; and training of a small one."""
