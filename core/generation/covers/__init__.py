"""Byte laws of one language model: sums over the tokenizations of what was read (2410.09303, 2412.03719)."""
