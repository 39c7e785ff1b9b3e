"""Side by side: one to four models write on from a prompt, in step, token by token."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QEvent, QObject, QTimer, Slot

from app.panels.generation.side import words
from app.panels.generation.side.alternatives_card import AlternativesCard, Place
from app.panels.generation.side.branches_card import Branches, BranchesCard, branches
from app.panels.generation.side.columns import Columns
from app.panels.generation.side.heat_bar import HeatBar
from app.panels.generation.side.texts import SoFar, Text, bits_by_byte, partings, texts_of
from app.panels.job_tab import FOLDER, JobTab
from app.widgets.byte_curve import ByteBits, ByteCurve
from app.widgets.card import Card
from app.widgets.known_paths import starter_models
from app.widgets.model_signs import ModelSign, model_signs
from app.widgets.pictures import offer_picture
from app.widgets.side_by_side import SideBySide
from app.widgets.token_heat import bits
from core.errors import UserError
from core.generation.generate.job import GENERATE
from core.generation.generate.request import GenerateRequest, first_tokens
from core.jobs.request import RunSpec

if TYPE_CHECKING:
    from app.session import Session
    from app.widgets.alternatives_list import Choice
    from app.widgets.dropped import Dropped
    from core.generation.generate.result import GenerationResult
    from core.project.records import Change, RunRecord

PROMPT = "It was the best of tim"
MOST = 4
CURVE_REST = 800
"""Milliseconds between two drawings of the curve while texts grow."""
BYTES = "bytes"
"""Kind of the job, and key of the tool, that foretells the next byte."""
READ_AT_MOST = 100_000
"""Characters of a dropped text that become the prompt."""


class SideTab(JobTab):
    job = GENERATE
    kinds = (GENERATE.kind,)
    empty = (
        "Let two or more models write on from the same words, side by side. Every token is tinted by how "
        "surprising it was; press one to see what might have stood there, and to go on from another."
    )
    sample = "Let the two starter models write"
    verbs: ClassVar = ((BYTES, "Next byte…"), (FOLDER, "Open folder"))
    unwritten = "Nothing had been written by then."
    device = True
    large = True

    def __init__(self, session: Session) -> None:
        self._so_far: SoFar | None = None
        """Of the run that writes, or wrote last."""
        self._texts: list[Text] = []
        """All of the run shown."""
        self._prompts: list[str] = []
        super().__init__(session)

    def build(self) -> None:
        self.page.setup.run.setText("Generate")
        self.bar = HeatBar()
        self.columns = Columns()
        self.alternatives = AlternativesCard()
        self.curve = ByteCurve("Surprise along the text")
        self.curve_card = Card("Surprise along the text")
        self.curve_card.column.addWidget(self.curve)
        self.curve_card.column.addStretch(1)
        self.branches = BranchesCard()
        self.below = SideBySide([self.alternatives], [self.curve_card, self.branches], wide=560)
        for card in (self.bar, self.columns, self.below):
            self.page.add(card)
        offer_picture(self.curve, self.session, self.page.fill_menu)
        self._drawing = QTimer(self)
        self._drawing.setSingleShot(True)
        self._drawing.setInterval(CURVE_REST)
        self._drawing.timeout.connect(self._draw_curve)
        self._connect()

    def _connect(self) -> None:
        self.bar.heat_chosen.connect(self.columns.set_heat)
        self.bar.text_chosen.connect(self._show_chosen)
        self.columns.pointed.connect(self.curve.light)
        self.columns.chosen.connect(self._choose)
        self.columns.menu_asked.connect(self.page.fill_menu)
        self.curve.pointed.connect(self.columns.light)
        self.alternatives.branch_asked.connect(self._branch)
        self.alternatives.bytes_asked.connect(self._next_byte_at)
        self.branches.opened.connect(self.session.open_run)
        self.session.run_event.connect(self._hear)
        self.page.cleared.connect(self._clear)
        self.page.view.installEventFilter(self)
        self.session.changed.connect(self._on_change)

    # What is said

    def title_of(self, request: GenerateRequest) -> str:
        return words.run_title(request)

    def sentences(self, run: RunRecord, result: GenerationResult) -> tuple[str, str]:
        request = GenerateRequest.model_validate(run.request)
        return result.summary(), words.facts(request, result, run.id)

    # What is shown

    def fill(self, result: GenerationResult) -> None:
        self._texts, self._prompts = texts_of(result), list(result.prompts)
        self._offer()
        self._show_chosen()
        self._point_out()
        self._ask_branches()

    def _point_out(self) -> None:
        """Begin with the token that tells most: where the texts part, else the most surprising one."""
        texts, at = self._chosen(), self._branched_at()
        if at is None and len(texts) > 1:
            byte = partings(texts)[1]
            found = (n for n, token in enumerate(texts[1].tokens) if token.start <= byte < token.end)
            at = next(found, None)
            if at is not None:
                self._go_to(1, at)
                return
        if texts and texts[0].tokens:
            costs = [bits(token) or 0.0 for token in texts[0].tokens]
            self._go_to(0, at if at is not None else costs.index(max(costs)))

    def _go_to(self, column: int, number: int) -> None:
        """Tell of a token, and scroll its text there, which may have been followed to its end."""
        self._show_place(column, number)
        shown = self.columns.columns[column]
        QTimer.singleShot(0, shown, lambda: shown.show_place(number))

    @Slot(int, object)
    def _hear(self, run_id: int, event: Any) -> None:
        """Texts grow while a run goes on, also while another one is looked at: it may be shown again."""
        if event.type != "partial":
            return
        if event.data.get("part") == "begun":
            self._so_far = SoFar(run_id)
        so_far, run = self._so_far, self.page.run
        if so_far is None or so_far.run_id != run_id:
            return
        more = so_far.hear(event.data)
        if not so_far.texts or run is None or run.id != run_id or self.page.result is not None:
            return
        if self._texts is not so_far.texts:
            self._begin(run, so_far)
            return
        places = {id(text): place for place, text in enumerate(self._chosen())}
        for one in more:
            place = places.get(id(self._texts[one.number]))
            if place is not None:
                self.columns.append(one, place)
        self.columns.grown()
        if not self._drawing.isActive():
            self._drawing.start()

    def _begin(self, run: RunRecord, so_far: SoFar) -> None:
        self._texts = so_far.texts
        many = 1 + max(text.prompt for text in self._texts)
        self._prompts = [str(run.request.get("prompt", ""))] if many == 1 else [""] * many
        self._offer()
        self._show_chosen()
        self.branches.hide()
        self.page.show_early([self.bar, self.columns, self.below])

    def _offer(self) -> None:
        samples = 1 + max((text.sample for text in self._texts), default=0)
        several = any(text.model for text in self._texts)
        self.bar.offer(self._prompts, samples, several=several)

    def _chosen(self) -> list[Text]:
        """The texts looked at: one a model."""
        return [text for text in self._texts if (text.prompt, text.sample) == self.bar.chosen]

    def _signs(self) -> list[ModelSign]:
        paths = self.page.run.request.get("models", []) if self.page.run is not None else []
        every = model_signs(self.session.project, paths)
        return [every[text.model] for text in self._chosen()]

    @Slot()
    def _show_chosen(self) -> None:
        texts, (prompt, _) = self._chosen(), self.bar.chosen
        self.alternatives.clear()
        lead = self._prompts[prompt] if prompt < len(self._prompts) else ""
        self.columns.show_texts(self._signs(), texts, lead)
        self._order_tabs()
        self._mark_branch()
        self._draw_curve()

    def _order_tabs(self) -> None:
        """From the tint to the texts, from those to what might have stood there: as it is seen."""
        card, heats = self.alternatives, self.bar.heats.buttons.values()
        texts = [column.text for column in self.columns.columns]
        for before, after in pairwise([*heats, *texts, card.list, card.branch, card.next, self.curve]):
            self.setTabOrder(before, after)

    def _branched_at(self) -> int | None:
        """The token with which a text leaves the one that it was branched off: the last that was given."""
        run, texts = self.page.run, self._chosen()
        forced = run.request.get("forced") or [] if run is not None else []
        if len(texts) != 1 or not forced or run is None or run.parent is None:
            return None
        last = len(first_tokens(str(forced[0]))[1]) - 1
        return last if 0 <= last < len(texts[0].tokens) else None

    def _mark_branch(self) -> None:
        at = self._branched_at()
        if at is not None:
            self.columns.mark_branch(self._chosen()[0].tokens[at].start)

    @Slot()
    def _draw_curve(self) -> None:
        signs, texts = self._signs(), self._chosen()
        pairs = zip(signs, texts, strict=True)
        lines = [ByteBits(sign.name, sign.number, bits_by_byte(text.tokens)) for sign, text in pairs]
        self.curve.show_bits(lines)
        self.curve_card.setVisible(any(line.bits for line in lines))
        self.below.fit()

    @Slot()
    def _clear(self) -> None:
        self._texts, self._prompts = [], []
        self.columns.show_texts([], [], "")
        self.alternatives.clear()
        self.branches.show_branches(Branches(None, ()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.page.view and event.type() == QEvent.Type.Resize:
            self.columns.make_room(self.page.view.height())
        return super().eventFilter(watched, event)

    # A token, and what might have stood there

    @Slot(int, int)
    def _choose(self, column: int, number: int) -> None:
        self._show_place(column, number)
        self.page.view.ensureWidgetVisible(self.alternatives, 0, 0)

    def _show_place(self, column: int, number: int) -> None:
        text = self._chosen()[column]
        token = text.tokens[number]
        piece = text.data[token.start : token.end].decode(errors="ignore")
        place = Place(column, text, number)
        self.alternatives.show_place(place, self._signs()[column], words.shown_at(piece, token.text))

    @Slot(object, object)
    def _branch(self, place: Place, choice: Choice) -> None:
        """Ask for the same again with another token in that place: a run of its own, whose parent is this."""
        run = self.page.run
        if run is None:
            return
        text = place.text
        ids = [*(token.id for token in text.tokens[: place.number]), choice.id]
        forced = f"{' '.join(map(str, text.prefix))} | {' '.join(map(str, ids))}"
        model = run.request["models"][text.model]
        request = {
            **run.request,
            "models": [model],
            "prompt": self._prompts[text.prompt],
            "prompts": None,
            "samples": 1,
            "forced": [forced],
            "out": None,
        }
        sign = self._signs()[place.column]
        title = words.branch_title(sign.name, run.id, place.token.start, choice.name)
        spec = RunSpec(
            kind=GENERATE.kind, request=request, seed=run.seed, device=run.device or "auto", title=title
        )
        self.session.submit(spec, parent=run.id, then=self.page.follow)

    def _ask_branches(self) -> None:
        run = self.page.run
        if run is not None and self.session.project is not None:
            self.session.ask(
                branches,
                self.session.project,
                run.id,
                then=partial(self._show_branches, run.id),
                owner=self,
                key="branches",
            )

    def _show_branches(self, run_id: int, found: Branches) -> None:
        if self.page.run is None or self.page.run.id != run_id:
            return
        self.branches.show_branches(found)
        self.below.fit()

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        if "runs" in change.kinds and self.page.result is not None:
            self._ask_branches()

    # The next byte

    @Slot(object)
    def _next_byte_at(self, place: Place) -> None:
        """What comes where this token stands: the tool Bytes goes on from what is before it."""
        before = bytes(place.text.data[: place.token.start])
        self._hand_over(self._prompts[place.text.prompt].encode() + before)

    @Slot(str)
    def act(self, verb: str) -> None:
        if verb == BYTES:
            self._hand_over((self._prompts[0] if self._prompts else "").encode())
        else:
            super().act(verb)

    def made_here(self) -> Path | None:
        out = self.page.result.out if self.page.result is not None else None
        return Path(out).parent if out else None

    def _hand_over(self, prompt: bytes) -> None:
        if self.page.run is None:
            return
        request: dict[str, Any] = {"models": self.page.run.request["models"]}
        try:
            request["prompt"] = prompt.decode()
        except UnicodeDecodeError:
            request["prompt_hex"] = prompt.hex(" ")
        self.wanted.emit(BYTES, RunSpec(kind=BYTES, request=request))

    # The form

    def sample_values(self) -> dict[str, Any]:
        models = [str(path) for path in starter_models()[:2]]
        if not models:
            raise UserError("The starter models are not here: choose models of your own.", field="models")
        return {"models": models, "prompt": PROMPT, "max_bytes": 128}

    def put(self, found: Dropped) -> list[str]:
        """Models join the list, in the place of the samples; the first text becomes the prompt."""
        said, form = [], self.page.setup.form
        if found.models:
            samples = {str(path) for path in starter_models()}
            before = form.box("models").editor.value() or []
            kept = [path for path in before if path not in samples] if not self.page.touched else before
            chosen = [*dict.fromkeys([*kept, *map(str, found.models)])][-MOST:]
            self.page.setup.set_field("models", chosen)
            names = ", ".join(path.name for path in found.models)
            said.append(f"{names} will write, too" if before else f"{names} will write")
        if found.texts:
            try:
                text = found.texts[0].read_bytes().decode()[:READ_AT_MOST]
            except (OSError, UnicodeDecodeError) as error:
                self.session.report(UserError(f"{found.texts[0]} cannot be read as UTF-8 text: {error}."))
                return said
            self.page.setup.set_field("prompt", text)
            said.append(f"{found.texts[0].name} is the prompt")
        return said
