"""The control of a form that holds one encoder: its model, and behind a disclosure how it is used."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from app.widgets.form_editors import Editor
from app.widgets.form_schema import Field
from app.widgets.member_row import KIND, MakeForm
from app.widgets.system_row import members
from core.encoders.request import EncoderFields
from core.jobs.lines import parsed
from core.retrieval.systems import SYSTEMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.session import Session

DENSE, MODEL = "dense", "model"


@cache
def _fields() -> tuple[Field, ...]:
    """How texts become vectors; how these are searched is for the jobs to say."""
    fields = [field for field in members()[DENSE].fields if field.key in EncoderFields.model_fields]
    return tuple(replace(field, advanced=field.key != MODEL) for field in fields)


class EncoderEditor(Editor):
    """A value is the dict of a dense system; a path alone, or a line, is understood as well."""

    def __init__(
        self, field: Field, session: Session, make_form: MakeForm, parent: QWidget | None = None
    ) -> None:
        super().__init__(field, parent)
        model, *others = _fields()
        titled = replace(model, title=field.title, none=field.none, nullable=field.nullable)
        self.form = make_form([titled, *others], session, self)
        self.form.changed.connect(self.changed)
        self.column.addWidget(self.form)
        self.setFocusProxy(self.form.box(MODEL).editor)
        self.set_value(field.default)

    @property
    def control(self) -> QWidget:
        return self.form.box(MODEL).editor.control

    def stops(self) -> list[QWidget]:
        return self.form.stops()

    def value(self) -> dict[str, Any] | None:
        values = self.form.values()
        return {KIND: DENSE, **values} if values.get(MODEL) else None

    def set_value(self, value: Any) -> None:
        try:
            found = parsed(value, SYSTEMS, bare=(DENSE, MODEL))
        except ValueError:
            found = None
        self.form.set_values(found if isinstance(found, dict) and found.get(KIND, DENSE) == DENSE else {})

    def take(self, path: Path) -> None:
        """Choose another model; how it is used stays."""
        self.form.box(MODEL).editor.set_value(str(path))

    def offer_known(self) -> None:
        self.form.offer_known()

    def fault(self, place: Sequence[object], words: str, missing: bool) -> str:
        """What is wrong at a place within the value, with the parameter's title before it."""
        title = next((field.title for field in _fields() if place and field.key == place[-1]), "")
        if missing:
            return f"Choose the {self.field.title[:1].lower()}{self.field.title[1:]}."
        return f"{title}: {words}" if title else words
