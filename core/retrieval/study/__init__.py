"""Pooling and attention compared on one model, trained heads among them (arXiv 2409.02727)."""
