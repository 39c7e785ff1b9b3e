"""Test collections: documents, queries and judgements, read from what people have."""
