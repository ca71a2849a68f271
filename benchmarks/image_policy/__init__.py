"""Whether a policy can be learned from images alone: MaskablePPO on a few household tasks.

python -m crossworld.benchmarks.image_policy --out docs/tables/image-policy.md

It sees what `keys="image"` shows, no text and no mission, so each task is in a room of its own. The floor
plays commands at random. A training that was stopped goes on where it was.
"""
