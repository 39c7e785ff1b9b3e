"""The next byte, whatever the tokens: of one to four models side by side."""
