"""The household family: ALFWorld's official games, compiled and byte for byte."""
