"""Experts for the household, queryable at any state."""
