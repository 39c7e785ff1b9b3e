"""One retrieval system in a list: its colour and name, a button to take it out, and, opened, its form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from app.widgets.dot import Dot
from app.widgets.form_schema import Member, member_of
from app.widgets.member_row import KIND, MakeForm, MemberRow
from app.widgets.others_editor import Offered, OtherEditor, OthersEditor
from app.widgets.tooltip import tooltip
from core.retrieval.systems import SYSTEMS

if TYPE_CHECKING:
    from app.session import Session

OF, NAME = "of", "label"


@cache
def members() -> dict[str, Member]:
    """Kind → what it is and asks. The model comes first, the name last."""
    return {kind: _arranged(member_of(cls, KIND)) for kind, cls in SYSTEMS.items()}


def _arranged(member: Member) -> Member:
    fields = [
        replace(field, kind="others" if field.kind == "lines" else "other") if field.key == OF else field
        for field in member.fields
    ]
    return replace(member, fields=tuple(sorted(fields, key=lambda field: field.key == NAME)))


class SystemRow(MemberRow):
    """With its colour; what it builds on is told it by its list."""

    kinds = SYSTEMS

    def __init__(self, values: dict[str, Any], session: Session, make_form: MakeForm) -> None:
        super().__init__(members()[values[KIND]], values, session, make_form)
        self._others: Offered = ()
        self.dot = Dot(0)
        self.row.setContentsMargins(10, 3, 8, 3)
        self.row.addWidget(self.dot)
        self.row.addWidget(self.head, 1)
        self.row.addWidget(self.remove)

    # What it holds

    def own_name(self) -> str | None:
        """As the system itself says it; None while something is missing or wrong."""
        try:
            return SYSTEMS[self.kind].model_validate(self.values()).named()
        except ValidationError:
            return None

    @property
    def of(self) -> list[str]:
        """How the systems are referred to that it builds on, where it says so."""
        value = self._values.get(OF)
        return [value] if isinstance(value, str) else list(value or ())

    def put_of(self, references: Sequence[str]) -> None:
        """Refer to others in this way from now on."""
        if OF in self._values and self.of != list(references):
            several = not isinstance(self._values[OF], str)
            self._values[OF] = (list(references) or None) if several else next(iter(references), None)
            if self._values[OF] is None:
                del self._values[OF]

    def offer(self, others: Offered) -> None:
        """Those that it may build on."""
        self._others = others
        if self.form is not None:
            self._offer()

    def say(self, name: str, number: int) -> None:
        """What it is called, and its colour."""
        self.dot.number = number
        self.dot.update()
        self.head.say(name)
        self.head.setAccessibleName(f"{name}, {self.member.title}")
        self.head.setToolTip(tooltip(f"{name}\n{self.member.title}: {self.member.sentence}"))
        self.remove.setAccessibleName(f"Take out {name}")
        self.remove.setToolTip(tooltip(f"Take out {name}"))

    def _made(self) -> None:
        self._offer()

    def _offer(self) -> None:
        for box in self.form.boxes() if self.form is not None else ():
            if isinstance(box.editor, OtherEditor | OthersEditor):
                box.editor.offer(self._others)
                box.editor.set_value(self._values.get(OF, box.field.default))
