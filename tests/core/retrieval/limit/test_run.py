"""A LIMIT test from the request to the figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.collections.read import open_collection
from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.limit.preview import preview
from core.retrieval.limit.request import LimitRequest
from core.retrieval.limit.run import limit
from core.retrieval.record.inspect import FILE
from tests.core.encoders.toys import write_encoder
from tests.core.retrieval.study.toys import write_toy_collection
from tests.real_models import real_model

SMALL = {"documents": 60, "queries": 40, "per_document": 12, "cache": False}


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(workdir=tmp_path / "work")


def test_that_words_solve_what_vectors_do_not(tmp_path: Path, ctx: Context) -> None:
    encoder = write_encoder(tmp_path / "encoder")
    request = LimitRequest.model_validate(
        {"systems": [str(encoder), "bm25"], "out": tmp_path / "out", **SMALL}
    )
    result = limit(request, ctx)
    vectors, words = result.systems
    assert list(words.measures) == ["R@2", "R@10", "R@20", "nDCG@10"]
    assert words.measures["R@2"].value > 0.95
    assert vectors.measures["R@2"].value < 0.3
    assert result.words == 1.0
    assert (result.pattern, result.relevant, result.used) == ("dense", 2.0, 10)
    assert result.density == pytest.approx(40 / 45)
    assert result.comparisons[0].p < 0.001
    assert result.published[0].measure == "R@2"
    said = f"encoder finds {vectors.measures['R@2'].value:.1%} (R@2) of what single words tell apart; BM25"
    assert result.summary().startswith(said)
    assert (tmp_path / "out" / FILE).is_file()

    again = open_collection(tmp_path / "out")
    assert (len(again.documents), len(again.queries)) == (60, 40)
    given = limit(
        LimitRequest.model_validate(
            {"systems": ["bm25"], "given": tmp_path / "out", "out": tmp_path / "again", "cache": False}
        ),
        ctx,
    )
    assert given.pattern is None
    assert given.systems[0].measures == words.measures


def test_that_many_documents_are_measured_deeper(tmp_path: Path, ctx: Context) -> None:
    request = LimitRequest.model_validate({"systems": ["bm25"], **SMALL, "documents": 150})
    result = limit(request, ctx)
    assert result.primary == "R@100"
    assert [each.measure for each in result.published] == ["R@2", "R@20", "R@2", "R@2"]
    assert len(result.tables()) == 3


def test_that_what_is_no_limit_collection_is_refused(tmp_path: Path, ctx: Context) -> None:
    other = write_toy_collection(tmp_path / "other")
    with pytest.raises(UserError, match="this is no LIMIT collection") as caught:
        limit(LimitRequest.model_validate({"systems": ["bm25"], "given": other}), ctx)
    assert caught.value.field == "given"
    with pytest.raises(UserError, match="write to another folder"):
        limit(LimitRequest.model_validate({"systems": ["bm25"], "given": other, "out": other}), ctx)


def test_that_the_preview_says_what_cannot_be(tmp_path: Path) -> None:
    few = preview(LimitRequest.model_validate({"systems": ["bm25"], "documents": 45}))
    assert [problem.field for problem in few.problems] == ["documents"]
    good = preview(LimitRequest.model_validate({"systems": ["bm25", str(write_encoder(tmp_path / "model"))]}))
    assert not good.problems
    assert good.notes["pattern"] == "Only 46 documents are relevant to anything."
    missing = preview(
        LimitRequest.model_validate({"systems": [str(tmp_path / "none")], "given": tmp_path / "no"})
    )
    assert [problem.field for problem in missing.problems] == ["given", "systems"]


def test_that_the_paper_s_collection_gives_the_known_figures(ctx: Context, shared_data: Path) -> None:
    request = LimitRequest.model_validate(
        {
            "systems": [str(real_model("minilm")), "bm25"],
            "given": shared_data / "ir" / "limit-small",
            "cache": False,
        }
    )
    result = limit(request, ctx)
    minilm, words = result.systems
    assert minilm.measures["nDCG@10"].value == pytest.approx(0.314, abs=5e-4)
    assert words.measures["nDCG@10"].value == pytest.approx(0.997, abs=5e-4)
    assert result.words == 1.0
    assert result.density == pytest.approx(0.966, abs=5e-4)
