"""Anchors hidden from a method, and made by it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, Literal

import pytest
import torch

from core.errors import UserError
from core.jobs.context import Context
from core.tokenizers.canonical import Kind, Token
from core.transplant.evidence.anchor_test import anchor_test, hide, run_anchor_test
from core.transplant.methods.fvt import Fvt
from core.transplant.methods.mean import Mean
from core.transplant.methods.method import Method
from core.transplant.methods.procrustes import Procrustes
from core.transplant.methods.random_normal import RandomNormal
from core.transplant.result import AnchorTest
from core.transplant.rows import Anchors, Rows, Task
from tests.core.transplant.methods.tasks import normal

COUNT = 400


def entries() -> list[Token | None]:
    """400 words, every fourth a number, two of them of one byte, then 20 targets."""
    words = [b"%d" % (1000 + id) if id % 4 == 0 else b" word%d" % id for id in range(COUNT)]
    words[:2] = [b"a", b"b"]
    return [
        Token(id, data.decode(), Kind.TEXT, data)
        for id, data in enumerate([*words, *(b" new%d" % id for id in range(20))])
    ]


def task(**fields: Any) -> Task:
    """Base and donor are one, turned and bent a little; base ids are the donor's backwards."""
    tokens = entries()
    donor = normal(COUNT + 20, 12)
    turn = torch.linalg.qr(normal(12, 12, seed=1))[0]
    table = (donor[:COUNT] @ turn).flip(0) + 0.05 * normal(COUNT, 12, seed=2)
    given: dict[str, Any] = {
        "matrix": "input",
        "table": table,
        "used": torch.arange(COUNT),
        "targets": torch.arange(COUNT, COUNT + 20),
        "target_bytes": [token.bytes for token in tokens[COUNT:] if token],
        "tokens": tokens[COUNT:],
        "donor": donor,
        "anchors": Anchors(torch.arange(COUNT).flip(0), torch.arange(COUNT)),
        "pieces": lambda data: [1],
        "inputs": SimpleNamespace(target=SimpleNamespace(vocabulary=SimpleNamespace(entries=tokens))),
    }
    return Task(**(given | fields))


def figures_of(method: Method, given: Task, folder: Path) -> AnchorTest:
    found = run_anchor_test(method, given, Context(workdir=folder))
    assert isinstance(found, AnchorTest)
    return found


def test_that_hidden_anchors_are_neither_anchors_nor_in_use() -> None:
    hidden = hide(task(), Mean())
    assert hidden is not None
    seen = hidden.task
    assert len(seen.targets) == len(hidden.ids) == COUNT // 5
    assert hidden.ids.tolist() == [COUNT - 1 - id for id in seen.targets.tolist()]
    assert not set(seen.targets.tolist()) & set(seen.anchors.donor.tolist())
    assert not set(hidden.ids.tolist()) & (set(seen.anchors.base.tolist()) | set(seen.used.tolist()))
    assert len(seen.anchors) == COUNT - COUNT // 5
    assert [token.id for token in seen.tokens] == seen.targets.tolist() == sorted(seen.targets.tolist())
    assert [token.bytes for token in seen.tokens] == list(seen.target_bytes)


def test_that_every_class_has_its_share_and_single_bytes_stay() -> None:
    hidden = hide(task(), Mean())
    assert hidden is not None
    numbers = sum(id % 4 == 0 for id in hidden.task.targets.tolist())
    assert numbers == round(80 * 99 / 398)
    assert not {0, 1} & set(hidden.task.targets.tolist())


def test_that_the_same_are_hidden_whatever_else_is_an_anchor() -> None:
    all_of_them, fewer = (
        hide(task(), Mean()),
        hide(task(anchors=Anchors(*(torch.arange(x, COUNT) for x in (40, 40)))), Mean()),
    )
    assert all_of_them is not None
    assert fewer is not None
    one, other = set(all_of_them.task.targets.tolist()), set(fewer.task.targets.tolist())
    assert len({id for id in one if id >= 40} & other) >= 0.9 * len(other)


def test_that_a_hidden_token_is_cut_into_others() -> None:
    tokens = {token.bytes: token.id for token in entries() if token}

    def pieces(data: bytes) -> list[int]:
        """The base's ids; what it has no token for it cuts in the middle."""
        if data in tokens:
            return [COUNT - 1 - tokens[data]]
        return [500 + byte for byte in data] if len(data) < 4 else pieces(data[:3]) + pieces(data[3:])

    hidden = hide(task(pieces=pieces), Mean())
    assert hidden is not None
    secret = set(hidden.ids.tolist())
    for data in hidden.task.target_bytes:
        assert pieces(data)[0] in secret
        cut = hidden.task.pieces(data)
        assert cut
        assert not secret & set(cut)
    assert hidden.task.pieces(b"a") == [COUNT - 1]


def test_that_a_good_map_does_better_than_the_mean_and_that_better_than_chance(tmp_path: Path) -> None:
    good, mean, chance = (
        figures_of(method, task(), tmp_path) for method in (Procrustes(), Mean(), RandomNormal())
    )
    assert good.cosine > 0.95
    assert good.error < 0.3
    assert good.neighbours > 0.7
    assert mean.error == pytest.approx(1, abs=0.05)
    assert chance.error > mean.error
    assert good.anchors == mean.anchors == COUNT // 5


class Truth(Method):
    """Knows the true rows."""

    title: ClassVar[str] = "Truth"
    sentence: ClassVar[str] = ""
    name: Literal["truth"] = "truth"

    def rows(self, task: Task, ctx: Context) -> Rows:
        ctx.warn("Something that was said already.")
        return Rows.given(task.table[COUNT - 1 - task.targets])


def test_that_the_true_rows_are_perfect_and_nothing_is_said_twice(tmp_path: Path) -> None:
    ctx = Context(workdir=tmp_path)
    found = run_anchor_test(Truth(), task(), ctx)
    assert isinstance(found, AnchorTest)
    assert (found.cosine, found.error, found.neighbours) == (pytest.approx(1), 0, 1)
    assert ctx.warnings == []


def test_that_what_a_method_has_no_answer_for_is_the_mean(tmp_path: Path) -> None:
    found = figures_of(Fvt(), task(pieces=lambda data: []), tmp_path)
    assert found.error == pytest.approx(figures_of(Mean(), task(), tmp_path).error)


def test_that_a_method_that_finds_the_hidden_tokens_is_not_believed(tmp_path: Path) -> None:
    hidden = hide(task(), Mean())
    assert hidden is not None
    rows = Rows.combined(hidden.ids[:, None], torch.ones(len(hidden.ids), 1))
    with pytest.raises(UserError, match="finds the hidden tokens"):
        anchor_test(hidden, rows, Context(workdir=tmp_path))


class Reader(Mean):
    """Learns from text: only vectors, or rows as well."""

    title: ClassVar[str] = "Reader, of books"
    needs_corpus: ClassVar[bool] = True
    learns: str = "vectors"

    def rows(self, task: Task, ctx: Context) -> Rows:
        task.shared.once((self.learns, task.matrix), lambda: 1 / 0)
        return super().rows(task, ctx)


def test_that_vectors_are_learnt_once_and_rows_not_again(tmp_path: Path) -> None:
    given = task()
    given.shared.once(("vectors", "input"), lambda: 1)
    assert figures_of(Reader(), given, tmp_path).anchors == COUNT // 5
    assert run_anchor_test(Reader(learns="rows"), given, Context(workdir=tmp_path)) == (
        "Reader learns rows from text, and would have to learn it all again."
    )


def test_that_what_else_was_shared_is_made_anew(tmp_path: Path) -> None:
    class Fitting(Mean):
        def rows(self, task: Task, ctx: Context) -> Rows:
            assert task.shared.once(("fit",), lambda: "anew") == "anew"
            return super().rows(task, ctx)

    given = task()
    given.shared.once(("fit",), lambda: "with the hidden tokens")
    figures_of(Fitting(), given, tmp_path)
    assert given.shared.once(("fit",), lambda: "") == "with the hidden tokens"


def test_that_there_is_a_reason_where_there_are_too_few(tmp_path: Path) -> None:
    few = task(anchors=Anchors(torch.arange(90), torch.arange(90)))
    assert run_anchor_test(Mean(), few, Context(workdir=tmp_path)) == (
        "Too few shared tokens (90) to hide some of them from the method."
    )
