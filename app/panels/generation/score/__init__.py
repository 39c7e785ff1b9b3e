"""Score: bits per byte of any text under one to four models."""
