"""What an index may be squeezed to: codes of document vectors, their bytes and what they cost in quality."""
