"""Ours against the field: the same models and streams, each with its own way of choosing."""
