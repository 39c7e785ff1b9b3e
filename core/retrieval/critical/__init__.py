"""How many documents vectors of a given width can hold: embeddings optimised freely, without any text."""
