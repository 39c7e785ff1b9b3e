"""Compare: tokenizers side by side, on the line being typed and on whole texts."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QCompleter, QLineEdit, QVBoxLayout

from app.panels.tab import Tab
from app.panels.tokenizers.compare.first_lines import first_lines
from app.panels.tokenizers.compare.pivots import default_pivot, pivots
from app.panels.tokenizers.compare.ribbons_card import RibbonsCard
from app.panels.tokenizers.compare.so_far import SoFar
from app.panels.tokenizers.names import texts_name
from app.widgets.chips_editor import chip_name
from app.widgets.dropped import tell_apart
from app.widgets.known_paths import starter_models, starter_texts
from app.widgets.run_page import RunPage
from core.tokenizers.job import COMPARE

if TYPE_CHECKING:
    from app.panels.tokenizers.compare.cards import Cards
    from app.session import Session
    from core.project.records import RunRecord
    from core.tokenizers.compare.request import CompareTokenizersRequest
    from core.tokenizers.compare.result import CompareTokenizersResult

EMPTY = "Choose tokenizers and some text of yours; Run measures what each of them makes of it."


class CompareTab(Tab):
    kinds = (COMPARE.kind,)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.page: RunPage = RunPage(
            session,
            COMPARE,
            title_of=_title,
            sentences=_sentences,
            empty=EMPTY,
            unwritten="Nothing was measured.",
            large=True,
        )
        self._texts: list[Path] = []
        self._so_far: SoFar | None = None
        self._to_fill: list[Any] = []
        """The cards that still show the result before."""
        self.ribbons = RibbonsCard(session)
        self.page.add(self.ribbons, always=True)
        self._left: dict[str, Any] = {}
        """How the cards were left, while they are not made."""
        self.page.shown.connect(self._show_result)
        self.page.told.connect(self._on_told)
        self.page.setup.form.changed.connect(self._on_form)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.page)

    @cached_property
    def cards(self) -> Cards:
        """Those of a result, imported and made when there is the first one."""
        from app.panels.tokenizers.compare.cards import Cards

        made = Cards(self.session, self.page.fill_menu)
        made.measures.chosen.connect(self._show_text)
        menu = made.measures.export_menu
        menu.addAction("All measures, as a table (CSV)…", made.table.table.export)
        menu.addAction("This heat map, as a picture…", made.measures.export_heat)
        menu.addAction("The ribbons, as a web page…", self.ribbons.export_html)
        for card in made.all:
            self.page.add(card)
        made.restore(self._left)
        return made

    @property
    def tokenizers(self) -> list[Path]:
        """Those of the setup."""
        return [Path(path) for path in self.page.setup.form.box("tokenizers").editor.value()]

    @Slot()
    def _on_form(self) -> None:
        self.ribbons.show_tokenizers(self.tokenizers)
        texts = [Path(path) for path in self.page.setup.form.box("text").editor.value()]
        if texts != self._texts:
            self._texts = texts
            self.session.ask(pivots, texts, then=self._offer_pivots, owner=self, key="pivots")

    def _offer_pivots(self, names: list[str]) -> None:
        """Complete what is typed as the pivot, and say which one it is otherwise."""
        box = self.page.setup.form.box("pivot").editor.control
        if isinstance(box, QLineEdit):
            completer = QCompleter(names, box)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            box.setCompleter(completer)
            box.setPlaceholderText(default_pivot(names))

    # The result

    @Slot(object, object)
    def _show_result(self, run: RunRecord, result: CompareTokenizersResult) -> None:
        self._to_fill = list(self.cards.all)
        self._fill_next()

    @Slot(object)
    def _on_told(self, event: Any) -> None:
        """The texts that are measured already, while the run goes on."""
        run = self.page.run
        if event.type != "partial" or run is None:
            return
        if self._so_far is None or self._so_far.run_id != run.id:
            self._so_far = SoFar(run.id)
        known = self._so_far.hear(event.data)
        if known is not None:
            self.cards.measures.show_result(known)
            self.page.show_early([self.cards.measures])

    @Slot()
    def _fill_next(self) -> None:
        """One card at a time, so that the window goes on meanwhile; the first at once."""
        result = self.page.result
        if self._to_fill and result is not None:
            self._to_fill.pop(0).show_result(result)
            QTimer.singleShot(0, self, self._fill_next)

    @Slot(str, int)
    def _show_text(self, key: str, number: int) -> None:
        """Put the first lines of a text into the ribbons."""
        result = self.page.result
        path = next((text.path for text in result.texts if text.name == key), None) if result else None
        if path is None:
            return
        self.session.ask(first_lines, Path(path), then=self._got_text, owner=self, key="text")

    def _got_text(self, text: str) -> None:
        self.ribbons.show_text(text)
        self.page.view.ensureWidgetVisible(self.ribbons)

    # What the panel asks of a tab

    def show_run(self, run: RunRecord) -> None:
        self.page.show_run(run)
        self._on_form()

    def drop(self, paths: list[Path]) -> bool:
        """Tokenizers, and models' tokenizers, join those there are; so do texts, but the samples go."""
        found = tell_apart(paths)
        tokenizers = [*found.tokenizers, *found.models]
        if not tokenizers and not found.texts:
            return False
        self.page.touch()
        self.page.fold(False)
        setup, said = self.page.setup, []
        if tokenizers:
            starters = set(starter_models())
            before = [path for path in self.tokenizers if path not in starters]
            chosen = list(dict.fromkeys([*before, *tokenizers]))
            setup.set_field("tokenizers", [str(path) for path in chosen])
            number = len(tokenizers)
            said.append("1 tokenizer was added" if number == 1 else f"{number} tokenizers were added")
        if found.texts:
            samples = {str(path) for path in starter_texts()}
            kept = [path for path in setup.form.box("text").editor.value() if path not in samples]
            setup.set_field("text", list(dict.fromkeys([*kept, *map(str, found.texts)])))
            number = len(found.texts)
            said.append("1 text was added" if number == 1 else f"{number} texts were added")
        self._on_form()
        words = "; ".join(said)
        self.session.message.emit(f"{words[:1].upper()}{words[1:]}.", "success")
        return True

    def state(self) -> dict[str, Any]:
        return {
            **self.page.state(),
            "ribbons": self.ribbons.state(),
            "cards": self.cards.state() if "cards" in self.__dict__ else self._left,
        }

    def restore(self, state: dict[str, Any]) -> None:
        ribbons = state.get("ribbons")
        if isinstance(ribbons, dict):
            self.ribbons.restore(ribbons)
        cards = state.get("cards")
        self._left = cards if isinstance(cards, dict) else {}
        self.page.restore(state, self._propose)
        self._on_form()

    def _propose(self) -> None:
        """The starters, in a form that nobody has filled yet."""
        request = {
            "tokenizers": [str(path) for path in starter_models()],
            "text": [str(path) for path in starter_texts()],
        }
        self.page.setup.show_spec(request, 0, "auto")


def _title(request: CompareTokenizersRequest) -> str:
    names = [chip_name(path) for path in request.tokenizers]
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"{shown} on {texts_name(request.text)}"


def _sentences(run: RunRecord, result: CompareTokenizersResult) -> tuple[str, str]:
    from app.panels.tokenizers.compare.figures import in_languages

    return in_languages(result.sentence, result), in_languages(result.detail, result)
