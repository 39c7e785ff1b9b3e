"""What every intrinsic test is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from core.retrieval.intrinsic.bench import Bench
from core.retrieval.intrinsic.result import TestRow

TESTS: dict[str, Test] = {}


@dataclass(frozen=True)
class Test:
    """`field` of the request asks for it; `rows` yields a row for each file."""

    __test__ = False

    field: str
    title: str
    rows: Callable[[Bench], Iterator[TestRow]]

    def asked(self, bench: Bench) -> bool:
        value: Any = getattr(bench.request, self.field)
        return bool(value)


def intrinsic_test(field: str, title: str) -> Callable[[Callable[[Bench], Iterator[TestRow]]], Test]:
    """Register a function as the test that `field` asks for."""

    def register(rows: Callable[[Bench], Iterator[TestRow]]) -> Test:
        if field in TESTS:
            raise ValueError(f"intrinsic test {field!r} is registered twice")
        TESTS[field] = Test(field, title, rows)
        return TESTS[field]

    return register
