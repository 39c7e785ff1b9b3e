"""How the retrieval systems search: the heavy side of `core.retrieval.systems`."""
