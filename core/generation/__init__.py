"""Language models: what they write, what they believe of every token and byte, and what goes on inside."""
