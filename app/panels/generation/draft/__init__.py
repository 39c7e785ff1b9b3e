"""Draft: a small model proposes, the target verifies."""
