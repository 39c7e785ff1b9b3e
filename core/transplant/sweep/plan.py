"""Which candidates a sweep's lines ask for, and which of them cannot run on these inputs. Loads no torch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from core.errors import UserError
from core.transplant.methods import METHODS
from core.transplant.methods.method import Method
from core.transplant.spelt import Candidate, candidates, spelt
from core.transplant.sweep.request import EVERY
from core.transplant.sweep.result import LeftOut


@dataclass(frozen=True)
class Given:
    """What there is to build on: `anchors` is None where they are not counted yet."""

    donor: bool
    corpus: bool
    causal: bool
    head: bool
    anchors: int | None = None


@dataclass(frozen=True)
class Plan:
    """What is run, in the order asked for, and what is not: by itself or, of ``all``, by its method."""

    candidates: list[Candidate]
    left_out: list[LeftOut]


def plan(lines: Sequence[str], given: Given) -> Plan:
    """Every candidate once.

    Raises:
        UserError: a line is wrong, or nothing that it asks for can run.
    """
    kept: dict[str, Candidate] = {}
    left_out: dict[str, LeftOut] = {}
    for candidate in _asked(lines, left_out):
        reason = why_not(candidate, given)
        if reason:
            left_out[candidate.line] = LeftOut(
                line=candidate.line, title=candidate.method.title, reason=reason
            )
        else:
            kept.setdefault(candidate.line, candidate)
    if not kept:
        first = next(iter(left_out.values()), None)
        reason = first.reason if first else "No method is asked for."
        raise UserError(f"No method of these can run on these inputs. {reason}", field="method")
    return Plan(list(kept.values()), list(left_out.values()))


def told_apart(candidates: Sequence[Candidate]) -> list[str]:
    """A line for each, in their order: as short as can be, but with every parameter by which candidates of
    one method differ (``omp k=64`` beside ``omp k=8``, though 64 is the default)."""
    sides = [[c.method for c in candidates], [c.head for c in candidates if c.head is not None]]
    differ = [_differing(methods) for methods in sides]
    found = []
    for candidate in candidates:
        words = _spelt(candidate.method, differ[0])
        found.append(words if candidate.head is None else f"{words} / {_spelt(candidate.head, differ[1])}")
    return found


def _differing(methods: Sequence[Method]) -> dict[str, set[str]]:
    """Method → the parameters that have more than one value."""
    values: dict[tuple[str, str], set[str]] = {}
    for method in methods:
        for name, value in method.parameters().items():
            values.setdefault((method.name, name), set()).add(json.dumps(value, sort_keys=True))
    found: dict[str, set[str]] = {}
    for (method_name, name), different in values.items():
        if len(different) > 1:
            found.setdefault(method_name, set()).add(name)
    return found


def _spelt(method: Method, differing: dict[str, set[str]]) -> str:
    words = spelt(method).split(" ")
    there = {word.partition("=")[0] for word in words}
    for name, value in method.parameters().items():
        if name in differing.get(method.name, ()) and name not in there:
            words.append(f"{name}={value if isinstance(value, str) else json.dumps(value)}")
    return " ".join(words)


def is_random(candidate: Candidate) -> bool:
    """Whether its seed matters."""
    return candidate.method.random or (candidate.head is not None and candidate.head.random)


def why_not(candidate: Candidate, given: Given) -> str:
    """Why a candidate cannot run, in a sentence; empty where it can."""
    if candidate.head is not None and not given.head:
        return "There is no output matrix that another method could make."
    for method in (candidate.method, candidate.head):
        reason = "" if method is None else _why_not(method, given)
        if reason:
            return reason
    return ""


def _why_not(method: Method, given: Given) -> str:
    name = method.title.partition(",")[0]
    if method.causal_only and not given.causal:
        return f"{name} works on causal language models only."
    if method.needs_donor and not given.donor:
        return f"{name} needs a donor, a model with the target tokenizer."
    if method.needs_corpus and not given.corpus:
        return f"{name} needs text to learn from."
    if method.needs_donor and given.anchors is not None:
        try:
            method.check(given.anchors)
        except UserError as error:
            return error.message
    return ""


def _asked(lines: Sequence[str], left_out: dict[str, LeftOut]) -> Iterator[Candidate]:
    for line in lines:
        if line.strip() == EVERY:
            for name, cls in METHODS.items():
                try:
                    yield Candidate(cls(name=name))
                except ValidationError as error:
                    needed = ", ".join(str(fault["loc"][0]) for fault in error.errors())
                    left_out[name] = LeftOut(
                        line=name, title=cls.title, reason=f"It has to be told its {needed}."
                    )
        else:
            yield from candidates(line, field="method")
