"""The record of an evaluation: queries, rankings and the texts of what was found, in one SQLite file."""
