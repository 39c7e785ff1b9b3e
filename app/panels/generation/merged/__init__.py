"""Merged: dynamic tokenization while a model reads and writes."""
