"""What goes on between the layers of a language model while it reads a text."""
