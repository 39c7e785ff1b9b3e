"""Collections of documents, queries and judgements: what they are, how they are read and written."""
