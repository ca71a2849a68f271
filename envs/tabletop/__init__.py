"""The tabletop family: pick and place with language goals, on PyBullet or without it."""
