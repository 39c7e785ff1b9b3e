"""Measures of finished rankings: TREC's files in, figures out."""
