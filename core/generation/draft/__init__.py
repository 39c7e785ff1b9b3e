"""Speculative decoding: a small model proposes, the target verifies many tokens in one call."""
