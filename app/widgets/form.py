"""A form made from a request's fields: a box a field, what is wrong said beside it, the rare ones folded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import theme
from app.widgets.chips_editor import ChipsEditor
from app.widgets.choice_editor import MANY, ChoiceEditor, SpeltEditor
from app.widgets.disclosure import Disclosure
from app.widgets.encoder_editor import EncoderEditor
from app.widgets.form_editors import (
    Editor,
    IntegerEditor,
    LinesEditor,
    NumberEditor,
    NumbersEditor,
    OptionEditor,
    SwitchEditor,
    TextEditor,
)
from app.widgets.form_schema import Field, Member
from app.widgets.language_models_editor import LanguageModelsEditor
from app.widgets.measures_editor import MeasuresEditor
from app.widgets.others_editor import OtherEditor, OthersEditor
from app.widgets.passage_editor import PassageEditor
from app.widgets.path_editors import OutputEditor, PathEditor, PathsEditor
from app.widgets.picks_editor import PicksEditor
from app.widgets.samplers_editor import SamplersEditor
from app.widgets.systems_editor import SystemsEditor
from app.widgets.tooltip import tooltip
from app.widgets.words import Words

if TYPE_CHECKING:
    from app.session import Session

_PLAIN: dict[str, type[Editor]] = {
    "integer": IntegerEditor,
    "number": NumberEditor,
    "switch": SwitchEditor,
    "text": TextEditor,
    "lines": LinesEditor,
    "numbers": NumbersEditor,
    "picks": PicksEditor,
    "option": OptionEditor,
    "measures": MeasuresEditor,
    "others": OthersEditor,
    "other": OtherEditor,
    "passage": PassageEditor,
}
OFFERS = (PathEditor, PathsEditor, SystemsEditor, EncoderEditor)
"""Those that look for what there is to pick."""
NESTED = (SystemsEditor, EncoderEditor, SamplersEditor)
"""Those that hold a form of their own, and say themselves what is wrong within."""
ARRANGED = (SystemsEditor, MeasuresEditor, SamplersEditor, LanguageModelsEditor)
"""Those whose controls come and go."""
NESTING = ("systems", "encoder")
"""Kinds whose help is for the command line: here a form asks the same."""
UNTITLED = ("switch", "encoder")
"""Kinds whose control shows the title itself."""


_NONE: Mapping[str, str] = {}


def editor_for(
    field: Field, session: Session, titles: Mapping[str, str] = _NONE, parent: QWidget | None = None
) -> Editor:
    """`titles`: of the request's fields, by their names; a long choice says by them what its members need."""
    if field.kind == "spelt":
        return SpeltEditor(field, titles)
    if field.kind == "choice" and len(field.members) >= MANY:
        return ChoiceEditor(field, titles)
    if field.kind == "choice":
        default = (field.default or {}).get(field.discriminator)
        return OptionEditor(field, [(member.name, member.title) for member in field.members], default)
    if field.kind == "paths":
        return (ChipsEditor if field.input == "tokenizer" else PathsEditor)(field, session)
    if field.kind == "language-models":
        return LanguageModelsEditor(field, session)
    if field.kind == "samplers":
        return SamplersEditor(field, session, Form)
    if field.kind == "systems":
        return SystemsEditor(field, session, Form)
    if field.kind == "encoder":
        return EncoderEditor(field, session, Form, parent)
    if field.kind == "path":
        return OutputEditor(field, session) if field.output else PathEditor(field, session)
    return _PLAIN[field.kind](field)


class FieldBox(QWidget):
    """Title, control, and one line: what is wrong, or else what is known, or else the field's help."""

    def __init__(
        self,
        field: Field,
        session: Session,
        titles: Mapping[str, str] = _NONE,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.field = field
        self.editor = editor_for(field, session, titles, self)
        self._help, self._note, self._problem = field.help, "", ""
        self._line = Words(role="small")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        if field.kind not in UNTITLED:
            title = Words(field.title, "field")
            title.setBuddy(self.editor.control)
            title.setToolTip(tooltip(field.help))
            column.addWidget(title)
        column.addWidget(self.editor)
        column.addWidget(self._line)
        column.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._say()

    @property
    def line(self) -> str:
        return self._line.text()

    @property
    def problem(self) -> str:
        return self._problem

    def set_help(self, text: str) -> None:
        self._help = text
        self._say()

    def say(self, note: str, problem: str) -> None:
        if (note, problem) != (self._note, self._problem):
            self._note, self._problem = note, problem
            self._say()

    def _known(self) -> str:
        """The note in the place of the help; under it for a choice, whose help says what was chosen."""
        note = "" if self._note == self.editor.shown else self._note
        if self.field.kind in NESTING:
            return note
        if self.field.kind == "choice":
            return "\n".join(filter(None, (self._help, note)))
        return note or self._help

    def _say(self) -> None:
        words = self._problem or self._known()
        self._line.say(words)
        role = "error" if self._problem else "small"
        if role != self._line.property("role"):
            theme.styled(self._line, role=role)
            theme.styled(self.editor.control, invalid=bool(self._problem))
        self.editor.control.setAccessibleDescription(words)
        if self._note or self._problem:
            self._line.setToolTip(tooltip(self._help))


class Form(QWidget):
    """Values in and out are the request's JSON data; what is not chosen yet is left out.

    A choice shows its members' titles, the chosen one's sentence and source, and its parameters after it;
    the parameters of a member are kept when another is looked at meanwhile. An advanced field is unfolded
    while the chosen member needs it, or someone `want`s it.

    Give the `parent` where it is known: a widget that moves to another parent has the style sheet read again
    for everything in it, which for a whole form is most of what making it costs.
    """

    changed = Signal()
    """A person changed something."""

    def __init__(self, fields: Sequence[Field], session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields = tuple(fields)
        self._session = session
        self._boxes: dict[str, FieldBox] = {}
        """Key (with the member's name for its parameters) → box."""
        self._titles = {field.path[0]: field.title for field in self._fields}
        self._wanted: frozenset[str] = frozenset()
        self._basic, self._advanced = QVBoxLayout(), QVBoxLayout()
        self._folded_away = QWidget()
        self._advanced.setContentsMargins(0, 0, 0, 0)
        self._folded_away.setLayout(self._advanced)
        self.more = Disclosure("More", self._folded_away, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        for layout in (self._basic, self._advanced):
            layout.setSpacing(14)
        column.addLayout(self._basic)
        column.addWidget(self.more)
        column.addStretch(1)
        self._arrange()
        self.set_values({})
        self.offer_known()

    # Values

    def values(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for field in self._fields:
            value = self._boxes[field.key].editor.value()
            if field.kind == "choice":
                member = self._member(field)
                parameters = {f.path[-1]: self._box(f, member).editor.value() for f in member.fields}
                found[field.path[0]] = {field.discriminator: member.name, **parameters}
            elif value is not None or field.nullable:
                found[field.path[0]] = value
        return found

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show these; a field that is not among them shows its default. Does not send `changed`."""
        for field in self._fields:
            value = values.get(field.path[0], field.default)
            if field.kind != "choice":
                self._boxes[field.key].editor.set_value(value)
                continue
            given = value if isinstance(value, dict) else {}
            self._boxes[field.key].editor.set_value(given.get(field.discriminator))
            self._arrange()
            member = self._member(field)
            for parameter in member.fields:
                wanted = given.get(parameter.path[-1], parameter.default)
                self._box(parameter, member).editor.set_value(wanted)

    # Words beside the fields

    def show_lines(self, notes: Mapping[str, str], problems: Mapping[str, str]) -> list[str]:
        """Say what is known and what is wrong, by the fields' keys; a parameter's may lack its choice's name.

        Returns the problems that concern no field shown. A folded field that has one is unfolded.
        """
        said: set[str] = set()
        for box in self._shown():
            field = box.field
            keys = [key for key in (field.key, field.path[-1]) if key in problems]
            box.say(notes.get(field.key, ""), problems[keys[0]] if keys else "")
            said.update(keys)
            if keys and self._folded(box):
                self.more.set_opened(True)
        return [text for key, text in problems.items() if key not in said]

    def box(self, key: str) -> FieldBox:
        """The box shown for a field: ``base``, ``method.k``."""
        return next(box for box in self._shown() if box.field.key == key)

    def boxes(self) -> list[FieldBox]:
        """Those shown, the folded ones last."""
        return self._shown()

    def fault(self, place: Sequence[object], words: str, *, missing: bool = False) -> tuple[str, str] | None:
        """The key and the words of what is wrong within a control that holds a form of its own."""
        for box in self._shown():
            if place and box.field.key == place[0] and isinstance(box.editor, NESTED):
                return box.field.key, box.editor.fault(place[1:], words, missing)
        return None

    def focus_problem(self) -> None:
        """Go to the first field that is wrong."""
        for box in self._shown():
            if box.problem:
                box.editor.control.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def offer_known(self) -> None:
        """Look again for what the path fields can offer."""
        for box in self._boxes.values():
            if isinstance(box.editor, OFFERS):
                box.editor.offer_known()

    # How it is laid out

    def chosen(self) -> Iterator[Member]:
        """The members chosen now."""
        for field in self._fields:
            if field.kind == "choice":
                yield self._member(field)

    def _member(self, field: Field) -> Member:
        name = self._boxes[field.key].editor.value()
        return next(member for member in field.members if member.name == name)

    def _box(self, field: Field, member: Member | None = None) -> FieldBox:
        key = f"{field.key} of {member.name}" if member else field.key
        if key not in self._boxes:
            home = self._folded_away if field.advanced else self
            box = FieldBox(field, self._session, self._titles, home)
            if field.kind in ("choice", "spelt"):
                box.editor.changed.connect(self._arrange)
            box.editor.changed.connect(self.changed)
            if isinstance(box.editor, OFFERS):
                box.editor.offer_known()
            if isinstance(box.editor, ARRANGED):
                box.editor.arranged.connect(self._order_tabs)
            self._boxes[key] = box
        return self._boxes[key]

    def _shown(self) -> list[FieldBox]:
        """In the order in which a person meets them: the advanced ones last."""
        found: list[FieldBox] = []
        for field in self._fields:
            found.append(self._box(field))
            if field.kind == "choice":
                member = self._member(field)
                found += [self._box(parameter, member) for parameter in member.fields]
        return [box for folded in (False, True) for box in found if self._folded(box) is folded]

    def want(self, keys: Iterable[str]) -> None:
        """Unfold these advanced fields: for what was chosen, they matter."""
        if self._wanted != frozenset(keys):
            self._wanted = frozenset(keys)
            self._arrange()

    def _folded(self, box: FieldBox) -> bool:
        field = box.field
        return field.advanced and field.key not in self._wanted and field.key not in self._needed()

    def _needed(self) -> set[str]:
        """The fields that what is chosen cannot do without."""
        chosen = [*self.chosen()]
        for box in self._boxes.values():
            if isinstance(box.editor, SpeltEditor) and box.editor.member is not None:
                chosen.append(box.editor.member)
        return {name for member in chosen for name in member.needs}

    def _arrange(self) -> None:
        """Lay out the boxes again: another member of a choice has other parameters."""
        shown = self._shown()
        for layout, folded in ((self._basic, False), (self._advanced, True)):
            while (item := layout.takeAt(0)) is not None:
                inner = item.layout()
                while inner is not None and inner.takeAt(0) is not None:
                    pass
            for row in _rows([box for box in shown if self._folded(box) is folded]):
                if len(row) == 1:
                    layout.addWidget(row[0])
                    continue
                pair = QHBoxLayout()
                pair.setSpacing(12)
                for box in row:
                    pair.addWidget(box, 1)
                layout.addLayout(pair)
        for box in self._boxes.values():
            box.setVisible(box in shown)
        self._order_tabs()
        self._say_choices(shown)

    def stops(self) -> list[QWidget]:
        """What takes the focus, in order: what is folded away, and the line that folds it, last."""
        found: list[QWidget] = []
        for box in self._shown():
            if self._folded(box) and self.more.button not in found:
                found.append(self.more.button)
            found += box.editor.stops()
        return found

    @Slot()
    def _order_tabs(self) -> None:
        stops = self.stops()
        for before, after in pairwise(stops):
            self.setTabOrder(before, after)

    def _say_choices(self, shown: Sequence[FieldBox]) -> None:
        for box in shown:
            if box.field.kind == "choice":
                member = self._member(box.field)
                source = f" {source_words(member.source)}." if member.source else ""
                box.set_help(f"{member.sentence}{source}")
        folded = [box.field.title for box in shown if self._folded(box)]
        self.more.setVisible(bool(folded))
        self.more.set_title(f"More: {', '.join(map(_lower, folded))}")
        self.more.button.setToolTip(tooltip(", ".join(folded)))


def source_words(source: str) -> str:
    """A paper by its number alone is said to be one of arXiv."""
    return f"arXiv {source}" if source[:4].isdigit() else source


def _rows(boxes: Sequence[FieldBox]) -> Iterator[tuple[FieldBox, ...]]:
    """Boxes that fit share a line with the next, two at most."""
    waiting: FieldBox | None = None
    for box in boxes:
        if waiting is not None:
            if box.field.short:
                yield waiting, box
                waiting = None
                continue
            yield (waiting,)
            waiting = None
        if box.field.short:
            waiting = box
        else:
            yield (box,)
    if waiting is not None:
        yield (waiting,)


def _lower(title: str) -> str:
    """A title inside a sentence; abbreviations and what is named after someone stay."""
    named = title.partition(" ")[0].endswith("'s")
    return title if title[1:2].isupper() or named else title[:1].lower() + title[1:]
