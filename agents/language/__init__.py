"""Agents that ask language models, and what they ask them with."""
