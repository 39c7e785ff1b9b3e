"""Map: the collection on a plane, and where queries and what is relevant to them lie."""
