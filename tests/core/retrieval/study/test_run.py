"""A whole study of small models: all ways at once, each as an encoder of its own would have it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError

from core.collections.read import open_collection
from core.encoders.opened import open_encoder
from core.encoders.request import EncoderFields
from core.encoders.unit import unit
from core.errors import UserError
from core.flags import RequestFlags
from core.jobs.context import Context
from core.retrieval.record.inspect import FILE
from core.retrieval.study.preview import preview
from core.retrieval.study.request import StudyRequest
from core.retrieval.study.run import study
from core.retrieval.study.ways import layers_of, ways
from tests.core.encoders.toys import write_encoder
from tests.core.retrieval.study.toys import write_toy_collection
from tests.tiny_models import write_tiny_model

QUICK = {"steps": 3, "batch": 4, "heads": ["last-layer latents=4", "multi-layer latents=4 heads=2"]}


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(workdir=tmp_path / "work")


def request_for(tmp_path: Path, model: Path, **given: object) -> StudyRequest:
    return StudyRequest.model_validate(
        {
            "model": model,
            "collection": write_toy_collection(tmp_path / "collection"),
            "out": tmp_path / "out",
            **QUICK,
            **given,
        }
    )


def test_that_a_decoder_is_compared_in_all_ways_with_the_five_designs(tmp_path: Path, ctx: Context) -> None:
    request = request_for(tmp_path, write_tiny_model(tmp_path / "model"))
    result = study(request, ctx)
    assert result.made == "causal"
    assert len(result.cells) == 2 * (7 + 2)
    assert len({cell.name for cell in result.cells}) == 18
    assert result.own.name == "last token · causal"
    assert len(result.comparisons) == 17
    assert all(found.b == result.own.name for found in result.comparisons)
    assert len(result.designs) == 5
    assert len(result.between_designs) == 10
    assert [(each.attention, each.echo) for each in result.passes] == [
        ("causal", False), ("causal", True), ("bidirectional", False), ("bidirectional", True),
    ]  # fmt: skip
    assert result.passes[1].tokens > result.passes[0].tokens
    assert result.pairs == 24
    assert result.pairs_from == "titles and bodies of its documents"
    assert all(0 <= figure.value <= 1 for cell in result.cells for figure in cell.measures.values())
    assert (tmp_path / "out" / FILE).is_file()
    assert "last token · causal" in result.summary()
    assert result.tables()[0].rows


def test_that_each_way_ranks_as_its_own_encoder_does(tmp_path: Path, ctx: Context) -> None:
    model = write_tiny_model(tmp_path / "model", layers=2)
    request = request_for(tmp_path, model, heads=[], layers="all")
    result = study(request, ctx)
    collection = open_collection(request.collection)
    for name, fields in {
        "mean · causal": {"pooling": "mean"},
        "last token · bidirectional": {"pooling": "lasttoken", "attention": "bidirectional"},
        "weighted mean · causal · layer 1": {"pooling": "weightedmean", "layer": 1},
        "first and last layer · causal": {"pooling": "first_last"},
        "echo, mean · causal": {"pooling": "echo"},
    }.items():
        (system,) = (each for each in result.systems if each.name == name)
        said = " ".join(f"{key}={value}" for key, value in fields.items() if value != "lasttoken")
        assert said in system.line
        encoder = open_encoder(EncoderFields.model_validate({"model": model, **fields}), ctx)
        documents = unit(encoder.encode(collection.documents.texts(0, 24), ctx, role="document"))
        queries = unit(encoder.encode(collection.queries.texts(0, 12), ctx, role="query"))
        scores = np.sort(queries @ documents.T, axis=1)[:, ::-1]
        np.testing.assert_allclose(_scores(tmp_path / "out" / FILE, name), scores, atol=2e-6, err_msg=name)


def _scores(file: Path, system: str) -> NDArray[np.float64]:
    with closing(sqlite3.connect(file)) as record:
        rows = record.execute(
            "SELECT query, score FROM hits JOIN systems ON number = system WHERE name = ? "
            "ORDER BY query, rank",
            (system,),
        ).fetchall()
    return np.array([score for _, score in rows]).reshape(12, -1)


def test_that_an_encoder_keeps_its_own_pooling_and_its_heads_are_encoders(
    tmp_path: Path, ctx: Context
) -> None:
    model = write_encoder(tmp_path / "model", pooling_mode_cls_token=True, pooling_mode_mean_tokens=True)
    result = study(request_for(tmp_path, model, poolings=["mean", "max"], attention="as made"), ctx)
    assert result.made == "bidirectional"
    assert [cell.name for cell in result.cells] == [
        "first token + mean · bidirectional",
        "mean · bidirectional",
        "max · bidirectional",
        "last-layer head · bidirectional",
        "multi-layer head · bidirectional",
    ]
    assert result.own.width == 32
    assert len(result.designs) == 2
    for training in result.trainings:
        assert training.parameters == next(c for c in result.cells if c.name == training.name).parameters
        encoder = open_encoder(EncoderFields(model=Path(training.path)), ctx)
        assert encoder.encode(["The lantern."], ctx).shape == (1, 16)
        assert "24 pairs from" in (Path(training.path) / "README.md").read_text(encoding="utf-8")


def test_that_the_same_seed_gives_the_same_figures(tmp_path: Path, ctx: Context) -> None:
    request = request_for(tmp_path, write_encoder(tmp_path / "model"), poolings=["cls"], test="wilcoxon")
    first, second = study(request, ctx), study(request, ctx)
    assert [cell.measures for cell in first.cells] == [cell.measures for cell in second.cells]
    assert first.comparisons == second.comparisons


def test_that_a_person_s_pairs_are_trained_on(tmp_path: Path, ctx: Context) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text(
        "query,positive,negative\nWhere was the clock?,a,b\n"
        "lamps,The lamp was dark.,The ship.\nrain,It rained.,\n",
        encoding="utf-8",
    )
    request = request_for(
        tmp_path, write_encoder(tmp_path / "model"), poolings=["cls"], attention="as made", pairs=pairs
    )
    result = study(request, ctx)
    assert (result.pairs, result.pairs_from) == (2, "pairs.csv")
    assert [each.what for each in result.skipped] == ["pairs whose query is one of the collection's"]


def test_that_what_has_no_states_is_refused(tmp_path: Path, ctx: Context) -> None:
    (tmp_path / "vectors").mkdir()
    with pytest.raises(UserError, match="no model whose tokens have states") as caught:
        study(request_for(tmp_path, tmp_path / "vectors"), ctx)
    assert caught.value.field == "model"


def test_that_layers_are_named_from_1_to_the_last() -> None:
    assert layers_of("quarters", 12) == [3, 6, 9, 12]
    assert layers_of("quarters", 2) == [1, 2]
    assert layers_of("all", 3) == [1, 2, 3]
    found = ways(["mean", "first_last", "echo"], ("mean",), "all", 2, "causal")
    assert [way.name for way in found] == [
        "mean · causal · layer 1",
        "mean · causal",
        "first and last layer · causal",
        "echo, mean · causal",
    ]


def test_that_heads_are_spelt_in_lines_and_the_preview_counts(tmp_path: Path) -> None:
    request = request_for(tmp_path, write_encoder(tmp_path / "model"))
    words = RequestFlags(StudyRequest).words(request)
    assert "last-layer latents=4" in words
    seen = preview(request)
    assert not seen.problems
    assert seen.notes["poolings"] == "about 18 ways to make a vector"
    assert seen.seconds is not None
    missing = preview(request.model_copy(update={"model": tmp_path / "none", "collection": tmp_path}))
    assert {problem.field for problem in missing.problems} == {"model", "collection"}
    with pytest.raises(ValidationError, match="there is no 'middle'"):
        StudyRequest(model=tmp_path, collection=tmp_path, heads=["middle"])


def test_that_the_preview_finds_a_model_in_a_folder_of_its_own(tmp_path: Path) -> None:
    model = write_encoder(tmp_path / "model")
    inner = model / "0_Transformer"
    inner.mkdir()
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        (model / name).rename(inner / name)
    modules = (model / "modules.json").read_text(encoding="utf-8")
    (model / "modules.json").write_text(
        modules.replace('"path": ""', '"path": "0_Transformer"'), encoding="utf-8"
    )
    assert not preview(request_for(tmp_path, model)).problems
