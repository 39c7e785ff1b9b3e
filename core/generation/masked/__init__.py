"""Encoders asked for masked words, and how likely a text is under them."""
