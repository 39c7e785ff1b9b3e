"""Writing on from a prompt, with one to four models side by side."""
