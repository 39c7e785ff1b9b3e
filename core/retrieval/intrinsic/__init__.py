"""Tests of an encoder that need no search: likeness, triplets, words, bias, the shape of the space."""
