"""What every world shares: the paired environment, its parts, PDDL, text spaces and snapshots.

Private until a second world stands on it: names and signatures here may change.
"""
