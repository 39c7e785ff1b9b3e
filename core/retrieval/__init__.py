"""The retrieval engine: collections, searchers, measures, and what explains them."""
