"""A sweep over an encoder: what it measures is what a written encoder keeps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.jobs.context import Context
from core.transplant import transplant
from core.transplant.evidence.kept import kept_figures, read_trials
from core.transplant.spelt import candidates
from core.transplant.sweep.result import SweepResult
from core.transplant.sweep.run import sweep
from tests.core.encoders.toys import write_encoder
from tests.core.transplant.toys import prose


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder, a collection whose queries are the beginnings of its documents, and a table of pairs."""
    folder = tmp_path_factory.mktemp("encoders")
    write_encoder(folder / "base")
    lines = [line for line in prose().splitlines() if len(line) > 40][:30]
    (folder / "c" / "qrels").mkdir(parents=True)

    def write(name: str, prefix: str, texts: list[str]) -> None:
        rows = (json.dumps({"_id": f"{prefix}{i}", "text": text}) + "\n" for i, text in enumerate(texts))
        (folder / "c" / name).write_text("".join(rows), encoding="utf-8")

    write("corpus.jsonl", "d", lines)
    write("queries.jsonl", "q", [line[:38] for line in lines])
    judged = "".join(f"q{i}\td{i}\t1\n" for i in range(len(lines)))
    (folder / "c" / "qrels" / "test.tsv").write_text(judged, encoding="utf-8")
    pairs = (f"{one}\t{other}\t{i}\n" for i, (one, other) in enumerate(zip(lines, lines[5:], strict=False)))
    (folder / "pairs.tsv").write_text("".join(pairs), encoding="utf-8")
    return folder


def swept(place: Path, toys: Path, *lines: str, **fields: Any) -> SweepResult:
    found = sweep(
        base=place / "base",
        target_tokenizer=toys / "donor",
        method=list(lines),
        seeds=2,
        device="cpu",
        **fields,
    )
    assert isinstance(found, SweepResult)
    return found


def test_that_a_row_is_what_the_written_encoder_keeps(place: Path, toys: Path, tmp_path: Path) -> None:
    given: dict[str, Any] = {"collection": place / "c", "pairs": [place / "pairs.tsv"]}
    found = swept(place, toys, "fvt", "procrustes", "mean", "random", **given)
    assert found.measure == "nDCG@10"
    assert [row.rank for row in found.rows] == [1, 2, 3, 4]
    figures = [row.figure("nDCG@10") or 0.0 for row in found.rows]
    assert figures == sorted(figures, reverse=True)
    trials = read_trials(**given)
    for row in found.rows:
        assert row.interval is not None
        assert (row.behind is None) == (row.rank == 1)
        if row.line == "random":
            assert row.spread is not None
            continue
        [candidate] = candidates(row.line, field="method")
        transplant(
            base=place / "base",
            target_tokenizer=toys / "donor",
            method=candidate.method,
            out=tmp_path / row.line,
            device="cpu",
        )
        kept = kept_figures(place / "base", tmp_path / row.line, trials, Context(workdir=tmp_path))
        assert [figure.name for figure in row.kept] == [figure.name for figure in kept]
        for ours, theirs in zip(row.kept, kept, strict=True):
            assert ours.after == pytest.approx(theirs.after, abs=1e-6), (row.line, ours.name)
            assert ours.before == pytest.approx(theirs.before, abs=1e-6)
    before = next(figure.before for figure in found.rows[0].kept if figure.name == "nDCG@10")
    assert found.before == {"all": before}
    assert f"nDCG@10 ({before:.4f} before)" in found.summary()
    head = found.tables()[0].head
    assert "nDCG@10 c" in head
    assert "Spearman pairs.tsv" in head


def test_that_pairs_alone_rank_too_and_heads_are_no_question(place: Path, toys: Path) -> None:
    found = swept(place, toys, "fvt", "mean", "fvt / mean", pairs=[place / "pairs.tsv"])
    assert found.measure == "Spearman"
    assert [left.line for left in found.left_out] == ["fvt / mean"]
    assert all(row.behind is None for row in found.rows)
