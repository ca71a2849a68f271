"""Floors and ceilings: the agents that every result is compared with."""
