"""Bits per byte along the text, one line a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from app.widgets.byte_curve import ByteBits, ByteCurve
from app.widgets.card import Card
from app.widgets.pictures import offer_picture

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from app.session import Session
    from app.widgets.model_signs import ModelSign
    from core.generation.score.result import Curve


class CurveCard(Card):
    def __init__(self, session: Session, more: Callable[[QMenu], object]) -> None:
        super().__init__("Along the text")
        self.plot = ByteCurve()
        offer_picture(self.plot, session, more)
        self.column.addWidget(self.plot)

    def show_curve(self, curve: Curve, signs: Sequence[ModelSign]) -> None:
        self.plot.show_bits(
            [
                ByteBits(sign.name, sign.number, tuple(points), curve.width)
                for sign, points in zip(signs, curve.points, strict=True)
            ]
        )
