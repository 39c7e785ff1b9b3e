"""The texts of a training, each cut into what is trained on and a held-out part."""

from __future__ import annotations


def split_held_out(text: str, share: float) -> tuple[str, str]:
    """The text and its last `share`, cut at the end of a line where there is one near, else at a space."""
    if share <= 0:
        return text, ""
    wanted = len(text) - round(len(text) * share)
    for mark in ("\n", " "):
        cut = text.rfind(mark, wanted // 2, wanted) + 1
        if cut:
            return text[:cut], text[cut:]
    return text[:wanted], text[wanted:]
