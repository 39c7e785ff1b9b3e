"""Which language models are in memory: told, loaded ahead, let go."""
