"""What a measure is: its name with its parameters, and its values on judged rankings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.retrieval.measures.judged import Judged

CUTOFFS = (5, 10, 15, 20, 30, 100, 200, 500, 1000)
"""Where trec_eval cuts a ranking unless told otherwise."""

KINDS: dict[str, type[Measure]] = {}
"""Name → kind; filled by `core.retrieval.measures.kinds`."""


@dataclass(frozen=True)
class Trec:
    """A name of trec_eval's, and what follows it: ``P`` in ``P_5`` and ``P.5,10``."""

    name: str
    each: str = ""
    """The field that its parameter sets; of several parameters each is a measure of its own."""
    at: tuple[float, ...] = ()
    """The parameters that it has when none is given."""
    form: str = "d"
    """How it prints a parameter."""
    whole: str = ""
    """The field that all parameters together set: there is one measure, however many are given."""
    sets: tuple[tuple[str, Any], ...] = ()
    """Fields that the name itself sets."""


@dataclass(frozen=True)
class Measure:
    """A subclass adds its parameters as fields with the names that ir-measures gives them, and is decorated
    with `kind`. A field `cutoff` is what follows ``@``; `rel` the lowest grade that is relevant, None: that
    of the judged rankings (`Judged.level`).
    """

    spelling: ClassVar[str]
    """The name in ir-measures, or trec_eval's where that has none."""
    title: ClassVar[str]
    sentence: ClassVar[str]
    """What it tells, in a few words."""
    also: ClassVar[tuple[str, ...]] = ()
    """Other names that are understood."""
    trec: ClassVar[tuple[Trec, ...]] = ()
    over_queries: ClassVar[Literal["mean", "sum", "geometric mean"]] = "mean"

    def values(self, judged: Judged) -> NDArray[np.float64]:
        """(queries,) float64. A query without hits or without relevant documents has 0."""
        raise NotImplementedError

    @cached_property
    def name(self) -> str:
        """As ir-measures spells it: ``nDCG@10``, ``P(rel=2)@5``."""
        said = [
            f"{field.name}={_shown(getattr(self, field.name))}"
            for field in fields(self)
            if field.name != "cutoff" and getattr(self, field.name) != _default(field)
        ]
        cutoff = getattr(self, "cutoff", None)
        return (
            self.spelling
            + (f"({','.join(said)})" if said else "")
            + (f"@{cutoff:g}" if cutoff is not None else "")
        )

    @cached_property
    def trec_name(self) -> str:
        """As trec_eval prints it; empty where that has no such measure."""
        for trec in self.trec:
            said = {field.name: getattr(self, field.name) for field in fields(self)}
            usual: dict[str, Any] = {field.name: _default(field) for field in fields(self)}
            usual.update(trec.sets)
            parameter = trec.each or trec.whole
            if any(said[name] != usual[name] for name in said if name != parameter):
                continue
            if trec.each and said[trec.each] is not None:
                value = said[trec.each]
                return f"{trec.name}_{value:{trec.form}}"
            if trec.whole and said[trec.whole] != usual[trec.whole]:
                return f"{trec.name}_{said[trec.whole]}"
            if not trec.each:
                return trec.name
        return ""

    def __str__(self) -> str:
        return self.name


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, str) else f"{value:g}"


def _default(field: Field[Any]) -> Any:
    return None if field.default is MISSING else field.default


_M = TypeVar("_M", bound=type[Measure])


def kind(cls: _M) -> _M:
    """Register a measure under its name."""
    if cls.spelling in KINDS:
        raise ValueError(f"measure {cls.spelling!r} is there twice")
    KINDS[cls.spelling] = cls
    return cls


def trec_names() -> Mapping[str, tuple[type[Measure], Trec]]:
    """trec_eval's names without their parameters → the kinds they stand for."""
    return {trec.name: (cls, trec) for cls in KINDS.values() for trec in cls.trec}
