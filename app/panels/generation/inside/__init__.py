"""Look inside: what a model's layers do with a prompt, and the few weights that make a bigram of it."""
