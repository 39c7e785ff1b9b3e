from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.tokenizers.live.request import AskNote, AskRibbons
from core.tokenizers.live.result import Note, Ribbon, Ribbons
from tests.app.panels.tokenizers.conftest import MadeUpLive

CUTS = {"bytes": 1, "pairs": 2, "fours": 4}
"""Name of a tokenizer → how many bytes each of its tokens has."""


def ribbon(path: Path, text: str) -> Ribbon:
    data = text.encode()
    step = CUTS.get(path.name, 3)
    spans = [(begin, min(begin + step, len(data))) for begin in range(0, len(data), step)]
    pieces = [data[begin:end] for begin, end in spans]
    return Ribbon(
        tokenizer=path,
        ids=list(range(100, 100 + len(spans))),
        spans=spans,
        contents=[piece.decode(errors="replace") for piece in pieces],
        token_bytes=pieces,
        kinds=["text"] * len(spans),
        scores=[-1.5] * len(spans),
        unknown=[False] * len(spans),
        steps=[("lower case", text.lower())],
    )


def answer(question: Any) -> Any:
    """Tokenizers of `CUTS` cut as that says; the one called ``broken`` cannot be read."""
    if isinstance(question, AskNote):
        if question.tokenizer.name == "broken":
            return RuntimeError("broken is damaged.")
        return Note(question.tokenizer, question.tokenizer.name, "made up", "made up", 300)
    if isinstance(question, AskRibbons):
        rows = tuple(ribbon(path, question.text) for path in question.tokenizers)
        return Ribbons(question.text, rows, 0.001)
    return None


@pytest.fixture
def live(live: MadeUpLive) -> MadeUpLive:
    live.answer = answer
    return live
