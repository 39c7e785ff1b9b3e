"""What the models wrote byte by byte, each byte tinted by how little it was foretold."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app import theme
from app.widgets.card import Card
from app.widgets.dot import Dot
from app.widgets.model_signs import ModelSign
from app.widgets.token_text import TokenText
from core.generation.bytes.result import Writing, Written, named
from core.generation.result_parts import Alternative, TokenRecord

_STOPPED = {"end": "it ended the text", "context": "its context was full", "cancelled": "it was stopped"}


def records(written: Sequence[Written], start: int = 0) -> list[TokenRecord]:
    """A byte a token; the first stands at byte `start`."""
    return [
        TokenRecord(
            id=one.byte,
            text=named(one.byte),
            start=start + at,
            end=start + at + 1,
            logprob=_log(one.probability),
            alternatives=tuple(
                Alternative(id=other.byte, text=named(other.byte), logprob=_log(other.probability))
                for other in one.likely
            ),
        )
        for at, one in enumerate(written)
    ]


class _Text(QWidget):
    """Of one model."""

    def __init__(self, sign: ModelSign) -> None:
        super().__init__()
        self.text = TokenText(f"Written by {sign.name}")
        self.facts = theme.styled(QLabel(), role="muted")
        self.facts.setTextFormat(Qt.TextFormat.PlainText)
        self.facts.setFont(theme.figures_font())
        head = QHBoxLayout()
        head.setSpacing(6)
        name = QLabel(sign.name)
        name.setTextFormat(Qt.TextFormat.PlainText)
        for widget in (Dot(sign.number), name):
            head.addWidget(widget)
        head.addStretch(1)
        head.addWidget(self.facts)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.text)


class WrittenCard(Card):
    """Hovering over a byte says what else might have stood there."""

    def __init__(self) -> None:
        super().__init__("Written byte by byte")
        self.texts: list[_Text] = []

    def begin(self, signs: Sequence[ModelSign]) -> None:
        """Nothing was written yet."""
        for old in self.texts:
            self.column.removeWidget(old)
            old.deleteLater()
        self.texts = [_Text(sign) for sign in signs]
        for each in self.texts:
            self.column.addWidget(each)

    def show_so_far(self, model: int, written: Sequence[Written], lead: str) -> None:
        data = bytes(one.byte for one in written)
        self.texts[model].text.show_tokens(records(written), data.decode(errors="replace"), lead)
        self.texts[model].facts.setText(f"{len(written)} bytes")

    def show_writing(self, model: int, writing: Writing, lead: str) -> None:
        """All of it, and what it took."""
        self.show_so_far(model, writing.bytes, lead)
        count = len(writing.bytes)
        said = [f"{count} bytes", f"{writing.evaluations} model calls"]
        if count and writing.seconds > 0:
            bits = sum(-_log(one.probability) for one in writing.bytes) / math.log(2) / count
            said += [f"{count / writing.seconds:.0f} bytes/s", f"{bits:.2f} bits per byte"]
        if writing.stopped in _STOPPED:
            said.append(_STOPPED[writing.stopped])
        self.texts[model].facts.setText(" · ".join(said))


def _log(probability: float) -> float:
    return math.log(max(probability, 1e-300))
