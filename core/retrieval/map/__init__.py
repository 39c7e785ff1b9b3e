"""A collection as a map: each document a point, near others that its encoder takes for alike."""
