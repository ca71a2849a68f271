"""What every world shares: the paired environment, its parts, PDDL, text spaces and snapshots.

Two worlds stand on it. Names and signatures here change with a line in the changelog only.
"""
