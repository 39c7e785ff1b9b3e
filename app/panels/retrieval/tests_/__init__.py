"""Tests of an encoder that need no search."""
