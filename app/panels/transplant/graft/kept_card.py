"""What an encoder keeps: rank correlation on pairs, retrieval on a collection, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import count
from app.widgets.card import Card
from app.widgets.paired_dots import Pair, PairedDots, PairLegend
from app.widgets.pictures import offer_picture
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session
    from app.widgets.run_page import RunPage
    from core.transplant.result import Kept, TransplantResult

MEANING = "Measured with the base and its own tokenizer, then with the new model and the target's."


class KeptCard(Card):
    def __init__(self, session: Session, page: RunPage) -> None:
        super().__init__("What the encoder keeps")
        self.head.addWidget(PairLegend("higher is better"))
        self.dots = PairedDots("What the encoder keeps", "", 3)
        offer_picture(self.dots, session, page.fill_menu)
        self.column.addWidget(self.dots)
        self.column.addWidget(Words(MEANING, "small"))

    def show_result(self, result: TransplantResult) -> None:
        self.setVisible(bool(result.kept))
        self.dots.show_pairs(
            [
                Pair(
                    f"{kept.name}, {kept.on}" if kept.on else kept.name, kept.before, kept.after, _items(kept)
                )
                for kept in result.kept
            ]
        )


def _items(kept: Kept) -> str:
    what = "queries" if "@" in kept.name else "pairs"
    return f"{count(kept.items)} {what}; {100 * kept.after / kept.before:.1f} % kept" if kept.before else ""
