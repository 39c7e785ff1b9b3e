"""What is typed above the runs, as a question to each run. Forgiving: what it cannot read is a plain word."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

HELP = """\
Words are found anywhere: in the number, kind, title, state and note of a run, and in prompts and texts.
method:omp, kind:train, state:failed: that field alone; a comma stands for "or".
seed:3, text:prose: any field that was asked for.
<2.1, >=0.45: the main figure; took>60: the seconds.
today, yesterday: when it was started.
Quotes hold words together: "prose lab"."""

_WORD = re.compile(r'[^\s"]*"[^"]*"?|[^\s"]+')
_COMPARED = re.compile(r"([a-z_ ]*)(<=|>=|<|>|=)([-−+]?[\d.,]+(?:e[-+]?\d+)?)", re.IGNORECASE)
_HALF = ("<", ">", "=", "<=", ">=", '"', '""')
"""What is typed on the way to a word."""
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}


@dataclass(frozen=True)
class Sought:
    """One run, in the form in which it is searched: everything in lower case.

    `fields` are the named ones (``kind``, ``state``, ``method`` and all that the run asked for), `text` is
    where plain words are looked for, `day` the local date on which it started, `run` its number.
    """

    text: str
    fields: Mapping[str, str]
    figure: float | None
    seconds: float | None
    day: date
    run: int = 0


Test = Callable[[Sought], bool]


@dataclass(frozen=True)
class Filter:
    """All of its tests must hold; none hold everything. `words` are the plain ones."""

    text: str
    tests: tuple[Test, ...]
    words: tuple[str, ...] = ()

    def __call__(self, run: Sought) -> bool:
        return all(test(run) for test in self.tests)


def parse(
    text: str, today: date | None = None, elsewhere: Mapping[str, Collection[int]] | None = None
) -> Filter:
    """Never fails; what is only half typed (``method:``, ``<``) asks for nothing yet.

    `elsewhere` tells of plain words which runs have them in their texts.
    """
    day = today or datetime.now().astimezone().date()
    folded = re.sub(r"([<>=])\s+(?=[-−+\d])", r"\1", text.casefold())  # "< 2.1"
    parts = _WORD.findall(folded)
    tests = [_test(word, day, elsewhere or {}) for word in parts]
    words = tuple(word for part in parts if (word := _plain(part)))
    return Filter(text, tuple(test for test in tests if test is not None), words)


def _plain(word: str) -> str:
    """A word that is looked for anywhere, without its quotes; empty for one that asks for something else."""
    compared = _COMPARED.fullmatch(word)
    if (compared and _number_in(compared[3]) is not None) or word in _HALF:
        return ""
    name, colon, _ = word.partition(":")
    return "" if colon and name and '"' not in name else word.replace('"', "")


def _test(word: str, today: date, elsewhere: Mapping[str, Collection[int]]) -> Test | None:
    compared = _COMPARED.fullmatch(word)
    bound = _number_in(compared[3]) if compared else None
    if compared and bound is not None:
        return _compare(compared[1].strip(), _COMPARISONS[compared[2]], bound)
    if word in _HALF:
        return None
    name, colon, value = word.partition(":")
    if colon and name and '"' not in name:
        return _in_field(name, value.replace('"', ""), word)
    plain = word.replace('"', "")
    runs = elsewhere.get(plain, ())
    days = {"today": today, "yesterday": today - timedelta(days=1)}
    if word in days:
        return lambda run: run.day == days[word] or plain in run.text
    return lambda run: plain in run.text or run.run in runs


def _in_field(name: str, value: str, word: str) -> Test | None:
    wanted = [part for part in value.split(",") if part]
    if not wanted:
        return None
    name = _ALIASES.get(name, name)

    def test(run: Sought) -> bool:
        found = run.fields.get(name)
        if found is None:  # no such field: "10:30" or "c:\models" is a plain word
            return word in run.text
        return any(part in found for part in wanted)

    return test


_ALIASES = {"status": "state", "title": "what", "id": "run"}


def _compare(name: str, holds: Callable[[float, float], bool], bound: float) -> Test:
    def test(run: Sought) -> bool:
        value = _number(run, name)
        return value is not None and holds(value, bound)

    return test


def _number_in(digits: str) -> float | None:
    """``2,1`` is a decimal as much as ``2.1``; ``12,310`` and ``1,234.5`` hold thousands."""
    digits = digits.replace("−", "-")
    thousands = re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?", digits)
    try:
        return float(digits.replace(",", "" if thousands else "."))
    except ValueError:
        return None


def _number(run: Sought, name: str) -> float | None:
    if name in ("", "figure"):
        return run.figure
    if name in ("took", "seconds"):
        return run.seconds
    try:
        return float(run.fields[_ALIASES.get(name, name)])
    except (KeyError, ValueError):
        return None
