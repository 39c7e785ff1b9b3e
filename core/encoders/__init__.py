"""Encoders of texts: opening them, encoding with them, and how well they rank documents and pairs."""
