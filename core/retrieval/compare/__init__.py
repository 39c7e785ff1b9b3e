"""Finished rankings compared: which differences between them are real."""
