"""What hovering a token says."""

from __future__ import annotations

from app.figures import count, fixed
from app.panels.tokenizers.compare.token_text import code_points, hex_of, token_text
from core.tokenizers.live.result import Ribbon

KINDS = {
    "text": "text",
    "byte": "one byte, for a character that the vocabulary lacks",
    "special": "special",
    "unused": "unused",
}


def token_words(name: str, ribbon: Ribbon, token: int, piece: bytes) -> str:
    """Lines of plain text; `piece` is what the token stands for in the text typed."""
    begin, end = ribbon.spans[token]
    own = ribbon.token_bytes[token]
    lines = [f"{name} · token {count(ribbon.ids[token])} · {ribbon.contents[token]}"]
    if end > begin:
        where = f"byte {count(begin)}" if end == begin + 1 else f"bytes {count(begin)} to {count(end - 1)}"
        lines.append(f"{where}: {_hex(piece)}")
    else:
        lines.append(f"stands for nothing in the text: the tokenizer put it in ({_hex(own)})")
    kind = KINDS.get(ribbon.kinds[token], ribbon.kinds[token]) or "no token of the vocabulary"
    score = ribbon.scores[token]
    scored = "" if score is None else f" · {_score(score)}"
    unknown = " · unknown: what it stands for is lost" if ribbon.unknown[token] else ""
    lines.append(f"{kind}{scored}{unknown}")
    text = piece.decode(errors="replace")
    if token_text(piece).partial:
        lines.append("begins or ends inside a character")
    else:
        lines += code_points(text)
    if end > begin and own not in (piece, piece.strip()) and not ribbon.unknown[token]:
        lines.append(f"the token itself: {token_text(own).text}")
    return "\n".join(lines)


def step_words(piece: bytes, steps: list[tuple[str, str]]) -> str:
    """What each step before the cutting made of a token's text; those that changed nothing are left out."""
    before = piece.decode(errors="replace")
    lines = []
    for name, after in steps:
        if after != before:
            lines.append(f"{name}: {token_text(after.encode(errors='replace')).text}")
        before = after
    return "\n".join(["before it is cut, by itself:", *lines]) if lines else ""


def _hex(data: bytes) -> str:
    return hex_of(data[:24]) + (" …" if len(data) > 24 else "")


def _score(score: float) -> str:
    return (
        f"rank {count(score)}"
        if float(score).is_integer() and score >= 0
        else f"log-probability {fixed(score, 2)}"
    )
