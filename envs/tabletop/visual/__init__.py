"""The table seen: meshes, cameras, and frames of a state."""
