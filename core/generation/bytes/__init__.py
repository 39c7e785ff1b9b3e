"""The next byte after a prompt, whatever its tokens: of one to four models side by side."""
