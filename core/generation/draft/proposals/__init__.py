"""Where proposals come from, and how they reach the target's vocabulary: one way a file."""
