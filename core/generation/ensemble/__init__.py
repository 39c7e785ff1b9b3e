"""Several language models as one, byte by byte, whatever their vocabularies (2410.09303, section 5)."""
