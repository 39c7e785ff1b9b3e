"""Prompts that end inside a token, and texts with a gap: what the exact law of the next byte gains."""
