"""Dynamic tokenization at decode time: merged tokens read, and a large vocabulary written (2411.18553)."""
