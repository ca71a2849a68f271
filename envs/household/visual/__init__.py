"""The household seen: rooms, furniture and things as meshes, cameras, and frames of a state."""
