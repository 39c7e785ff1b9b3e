"""A tool that runs one kind of job: its setup, its result, its sample, what it takes of what is dropped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QPushButton, QVBoxLayout

from app import theme
from app.panels.tab import Tab
from app.widgets.dropped import Dropped, tell_apart
from app.widgets.known_paths import starter_texts
from app.widgets.run_page import RunPage
from core.errors import UserError
from core.jobs.request import RunSpec

if TYPE_CHECKING:
    from app.session import Session
    from core.jobs.registry import JobKind
    from core.project.records import RunRecord

FOLDER = "folder"
"""Key of the verb that opens the folder that a run has made."""


class JobTab(Tab):
    """A subclass says what its job is, and fills its cards in `fill`."""

    job: ClassVar[JobKind]
    empty: ClassVar[str]
    """What one can do here, in a sentence or two."""
    sample: ClassVar[str]
    """The verb that runs it on the sample data."""
    verbs: ClassVar[Sequence[tuple[str, str]]] = ()
    """Key and label of what can be done with what a run has made; `acts` does it."""
    unwritten: ClassVar[str] = "Nothing was written."
    device: ClassVar[bool] = False
    """Whether it is asked what computes; it is where torch does."""
    large: ClassVar[bool] = False
    """Whether results may hold so much that they are read in a thread."""
    page: RunPage

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.page = RunPage(
            session,
            self.job,
            title_of=self.title_of,
            sentences=self.sentences,
            empty=self.empty,
            verbs=self.verbs,
            unwritten=self.unwritten,
            device=self.device,
            large=self.large,
            parent=self,
        )
        self.page.shown.connect(self._show)
        self.page.verb.connect(self.act)
        self.try_it = theme.styled(QPushButton(self.sample), kind="primary")
        self.try_it.clicked.connect(self.run_sample)
        self.page.empty.foot.addWidget(self.try_it)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.page)
        self.build()

    # What a subclass answers

    def build(self) -> None:
        """Make the cards, and add them to the page."""
        raise NotImplementedError

    def fill(self, result: Any) -> None:
        """Show a result in the cards; those that have nothing to show hide."""
        raise NotImplementedError

    def title_of(self, request: Any) -> str:
        """What a run is called."""
        raise NotImplementedError

    def sentences(self, run: RunRecord, result: Any) -> tuple[str, str]:
        """The answer, and the facts under it."""
        raise NotImplementedError

    def sample_values(self) -> dict[str, Any]:
        """The request that the sample runs, and that an empty form proposes."""
        raise NotImplementedError

    def put(self, found: Dropped) -> list[str]:
        """Put what was dropped into the form; what was done with it, in words. Empty when nothing fits."""
        return self.put_texts(found.texts)

    def put_texts(self, texts: Sequence[Path], key: str = "text") -> list[str]:
        """A person's own texts take the place of the samples, and join what they chose before."""
        if not texts:
            return []
        samples = {str(path) for path in starter_texts()}
        before = self.page.setup.form.box(key).editor.value()
        chosen = [*(path for path in before if path not in samples), *map(str, texts)]
        self.page.setup.set_field(key, chosen)
        return ["1 text was added" if len(texts) == 1 else f"{len(texts)} texts were added"]

    # What the panel asks of a tab

    def drop(self, paths: list[Path]) -> bool:
        found = tell_apart(paths)
        said = self.put(found) if found else []
        if not said:
            return False
        self.page.touch()
        self.page.fold(False)
        words = "; ".join(said)
        self.session.message.emit(f"{words[:1].upper()}{words[1:]}. Drop on a field to choose it.", "success")
        return True

    def take(self, what: Any) -> None:
        """What to ask, as a `RunSpec` of its job, is put into the form; paths are as if dropped here."""
        if not isinstance(what, RunSpec):
            super().take(what)
            return
        self.page.touch()
        self.page.fold(False)
        self.page.setup.show_spec(what.request, what.seed, what.device)

    def show_run(self, run: RunRecord) -> None:
        self.page.show_run(run)

    def state(self) -> dict[str, Any]:
        return self.page.state()

    def restore(self, state: dict[str, Any]) -> None:
        self.page.restore(state, self._propose)

    def _propose(self) -> None:
        self.page.setup.show_spec(self.sample_values(), 0, "auto")

    # What a person does

    @Slot()
    def run_sample(self) -> None:
        """Run the job on what ships with Lexigraft."""
        try:
            values = self.sample_values()
        except UserError as error:
            self.session.report(error)
            return
        self._propose()
        self.page.take_focus()  # the button that was pressed goes
        request = self.job.request.model_validate(values)
        self.page.setup.submitted.emit(
            RunSpec(
                kind=self.job.kind,
                request=request.model_dump(mode="json"),
                title=self.title_of(request),
            )
        )

    @Slot(object, object)
    def _show(self, run: RunRecord, result: Any) -> None:
        if FOLDER in self.page.answer.buttons:  # a run that was stopped has made none
            self.page.answer.offer({FOLDER: self.made_here() is not None})
        self.fill(result)

    def made_here(self) -> Path | None:
        """The folder that the run shown has made."""
        out = self.page.result.out if self.page.result is not None else None
        return None if out is None else Path(out)

    @Slot(str)
    def act(self, verb: str) -> None:
        """A button under the sentence: what becomes of what was made."""
        folder = self.made_here()
        if folder is None:
            return
        if not folder.is_dir():
            self.session.message.emit(f"{folder} is not there any more: run it again to have it.", "warning")
            return
        self.acts(folder)[verb]()

    def acts(self, folder: Path) -> dict[str, Callable[[], object]]:
        """What each of `verbs` does with the folder that was made."""
        return {FOLDER: lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))}
