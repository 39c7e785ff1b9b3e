"""The Fill in tool: gaps, and prompts that end anywhere."""
