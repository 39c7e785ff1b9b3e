"""A causal language model taken apart: its layers, its final norm, its head."""
