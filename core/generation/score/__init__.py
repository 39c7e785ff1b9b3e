"""Texts scored by one to four models: bits per byte, token by token, and where the models part."""
