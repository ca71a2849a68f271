"""Whether images show what texts say: the pairing guarantee, counted over many games.

python -m crossworld.benchmarks.pairing --data FOLDER --games 100 --out docs/tables/pairing.md

It reads what the text of each step says is seen, word by word, and looks for it in the segmentation.
It knows nothing of how frames are made; what is behind doors comes from `true_statements()`.
"""
