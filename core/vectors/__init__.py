"""Static vectors: read from the formats that they are published in, or trained on text; looked up, compared,
aligned.
"""
