"""How rare success is: steps per success of a policy that points at random.

python -m crossworld.benchmarks.sparseness --out docs/tables/sparseness.md

Di Palo et al., "Towards a Unified Agent with Foundation Models" (2023, arXiv 2307.09668), give about
10^1, 10^3 and more than 10^6 for grasping, stacking and stacking three. The last is too rare to wait
for: `splitting` measures it in two stages.
"""
