"""Synthetic data: a believable platform, the same for the same numbers."""
