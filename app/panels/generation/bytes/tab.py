"""Bytes: the next byte after a prompt that may end anywhere, of several models, and on from there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot

from app.panels.generation.bytes import words
from app.panels.generation.bytes.law_card import LawCard
from app.panels.generation.bytes.text_card import TextCard
from app.panels.generation.bytes.written_card import WrittenCard
from app.panels.job_tab import JobTab
from app.widgets.known_paths import starter_models
from app.widgets.model_signs import ModelSign, model_signs
from core.errors import UserError
from core.generation.bytes.job import BYTES
from core.generation.bytes.request import BytesRequest, prompt_bytes
from core.generation.bytes.result import BytesResult, Law, Written
from core.jobs.request import RunSpec

if TYPE_CHECKING:
    from app.session import Session
    from app.widgets.dropped import Dropped
    from core.project.records import RunRecord

SAMPLE = "It was the best of tim"
MOST = 4
"""Models side by side."""


class BytesTab(JobTab):
    job = BYTES
    kinds = (BYTES.kind,)
    empty = (
        "See what a model expects next, byte by byte. A prompt may end within a word: all tokens that it may "
        "be the beginning of count, so that the answer does not depend on how the prompt was cut. Models "
        "with different vocabularies can be compared."
    )
    sample = "Try it on the starters"
    unwritten = "Nothing was foretold."
    device = True

    def __init__(self, session: Session) -> None:
        self._request: BytesRequest | None = None
        self._asking = False
        self._again = False
        """Whether the text was changed while an answer was waited for."""
        self._outdated = False
        """Whether another run is shown than the one whose text is asked about."""
        self._laws: dict[int, Law] = {}
        self._bytes: dict[int, list[Written]] = {}
        super().__init__(session)

    def build(self) -> None:
        self.text = TextCard()
        self.law = LawCard()
        self.written = WrittenCard()
        for card in (self.law, self.text, self.written):
            self.page.add(card)
        self.law.chosen.connect(self.text.append)
        self.law.switched.connect(self._ask)
        self.text.changed.connect(self._ask)
        self.page.told.connect(self._hear)
        self.page.cleared.connect(self._forget)

    def title_of(self, request: BytesRequest) -> str:
        return words.run_title(request)

    def sentences(self, run: RunRecord, result: BytesResult) -> tuple[str, str]:
        signs = self._signs(BytesRequest.model_validate(run.request))
        names = [sign.name for sign in signs[: len(result.models)]]  # of a stopped run, maybe not all
        return words.sentence(result, names), words.facts(result, names, run.id)

    # What it shows

    def fill(self, result: BytesResult) -> None:
        assert self.page.run is not None
        self._request = BytesRequest.model_validate(self.page.run.request)
        self._again, self._outdated = False, self._asking
        self.text.show_data(prompt_bytes(self._request))
        self._show_law(result)
        self.written.setVisible(bool(result.written))
        self.written.begin(self._signs(self._request))
        for model, writing in enumerate(result.written):
            self.written.show_writing(model, writing, result.prompt)

    def _show_law(self, result: BytesResult) -> None:
        assert self._request is not None
        self.law.answered()
        self.law.show_laws(
            result.prompt,
            result.prompt_bytes,
            result.convention,
            result.models,
            self._signs(self._request)[: len(result.models)],
        )

    def _signs(self, request: BytesRequest) -> list[ModelSign]:
        return model_signs(self.session.project, request.models)

    @Slot(object)
    def _hear(self, event: Any) -> None:
        """Laws and bytes show as they come."""
        run = self.page.run
        if event.type != "partial" or run is None:
            return
        request = BytesRequest.model_validate(run.request)
        signs, prompt = self._signs(request), prompt_bytes(request)
        shown = prompt.decode(errors="replace")
        data = event.data
        if data["part"] == "law":
            if data["model"] == 0:
                self._laws, self._bytes = {}, {}
                self.written.begin(signs)
            self._laws[data["model"]] = Law.model_validate(data["law"])
            laws = [self._laws[number] for number in sorted(self._laws)]
            self.law.show_laws(shown, len(prompt), request.convention, laws, signs[: len(laws)])
        elif data["part"] == "bytes":
            written = self._bytes.setdefault(data["model"], [])
            written += [Written.model_validate(one) for one in data["bytes"]]
            self.written.show_so_far(data["model"], written, shown)
        self.page.show_early([self.law, *([self.written] if self._bytes else [])])

    @Slot()
    def _forget(self) -> None:
        self._request, self._laws, self._bytes = None, {}, {}
        self._again, self._outdated = False, self._asking

    # Going on

    @Slot()
    def _ask(self) -> None:
        """The next byte after the text as it now is; not recorded."""
        if self._request is None:
            return
        if self._asking:
            self._again = True
            return
        data = self.text.data
        try:
            prompt, spelt = data.decode(), ""
        except UnicodeDecodeError:
            prompt, spelt = "", data.hex(" ")
        changed = {
            "prompt": prompt,
            "prompt_hex": spelt,
            "write": 0,
            "convention": self.law.convention.key,
        }
        request = self._request.model_copy(update=changed)
        self._asking, self._again, self._outdated = True, False, False
        self.law.wait()
        self.written.hide()
        self.page.touch()
        self.page.setup.set_field("prompt", prompt)
        self.page.setup.set_field("prompt_hex", spelt)
        self.page.setup.set_field("convention", request.convention)
        self.session.ask_engine(
            RunSpec(kind=BYTES.kind, request=request.model_dump(mode="json")),
            then=self._answered,
            failed=self._failed,
            owner=self,
        )

    def _answered(self, result: BytesResult) -> None:
        self._asking = False
        if self._again:
            self._ask()
            return
        if self._outdated or self._request is None:
            return
        self._show_law(result)
        names = [sign.name for sign in self._signs(self._request)]
        self.page.answer.say(words.sentence(result, names), words.facts(result, names, None))

    def _failed(self, error: Exception) -> None:
        self._asking = False
        if self._again:
            self._ask()
            return
        if self._outdated:
            return
        if not isinstance(error, UserError):
            self.law.answered()
            raise error
        self.law.say_failed(error.message)

    # The form

    def sample_values(self) -> dict[str, Any]:
        return {"models": [str(path) for path in starter_models()][:MOST], "prompt": SAMPLE}

    def put(self, found: Dropped) -> list[str]:
        """Models join those that are chosen; a text becomes the prompt."""
        said = []
        if found.models:
            before = [str(path) for path in self.page.setup.form.box("models").editor.value() or []]
            fresh = [str(path) for path in found.models if str(path) not in before]
            self.page.setup.set_field("models", [*before, *fresh][-MOST:])
            said.append("1 model was added" if len(fresh) == 1 else f"{len(fresh)} models were added")
        return said + self.put_texts(found.texts)

    def put_texts(self, texts: Sequence[Path], key: str = "prompt") -> list[str]:
        if not texts:
            return []
        try:
            text = texts[0].read_bytes()[:_MOST_PROMPT].decode(errors="ignore")
        except OSError as error:
            self.session.message.emit(f"{texts[0]} cannot be read: {error.strerror}.", "warning")
            return []
        self.page.setup.set_field(key, text)
        return [f"the beginning of {texts[0].name} is the prompt"]


_MOST_PROMPT = 400
"""Bytes of a file that are taken for a prompt."""
