"""The part of a language model that speaks as a bigram would (arXiv 2504.15471)."""
