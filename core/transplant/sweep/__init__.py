"""Many methods and parameters on one pair of models, measured beside one another."""
