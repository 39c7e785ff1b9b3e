"""LIMIT: a simple task that vectors of a fixed width cannot solve, made in any size (arXiv 2508.21038)."""
