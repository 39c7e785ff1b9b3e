"""The job: each test by its files, what is left out, what is refused, real word vectors."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.intrinsic.kinds import TESTS
from core.retrieval.intrinsic.preview import preview
from core.retrieval.intrinsic.request import IntrinsicRequest
from core.retrieval.intrinsic.result import IntrinsicResult
from core.retrieval.intrinsic.run import ORDER, measure_encoder
from tests.real_models import real_model

STARTER = Path(__file__).parents[4] / "resources" / "starter"
WORDS = Path(__file__).parents[5] / "shared" / "data" / "words"


def measured(tmp_path: Path, **fields: Any) -> IntrinsicResult:
    """What the request yields; files are given by their text."""
    found = {}
    for name, value in fields.items():
        if name == "encoder":
            value = str(value)
        elif isinstance(value, str) and name != "unknown":
            file = tmp_path / f"{name}{'.json' if value.startswith('[') else '.txt'}"
            file.write_text(value, encoding="utf-8")
            value = file
        single = name in {"gender", "neutral", "collection", "encoder"} or not isinstance(value, Path)
        found[name] = value if single else [value]
    return measure_encoder(IntrinsicRequest(**found), Context(workdir=tmp_path))


def test_that_every_test_is_told_in_its_place() -> None:
    assert set(TESTS) == set(ORDER) <= set(IntrinsicRequest.model_fields)
    assert all(test.title for test in TESTS.values())


def test_that_words_without_a_vector_are_left_out_or_count_as_0(vectors: Path, tmp_path: Path) -> None:
    table = "man\twoman\t5\nking\tqueen\t9\nman\tapple\t0\nking\tunheard\t4\nhalf a line\n"
    result = measured(tmp_path, encoder=vectors, similarity=table)
    [row] = result.rows
    assert (row.used, row.count) == (3, 4)
    assert row.figure("Spearman") == pytest.approx(1.0)
    assert row.figure("coverage") == 0.75
    assert [(each.count, each.places) for each in result.skipped] == [
        (1, ["similarity.txt, line 5"]),
        (1, ["king, unheard"]),
    ]
    zero = measured(tmp_path, encoder=vectors, similarity=table, unknown="zero").rows[0]
    assert (zero.used, zero.count) == (4, 4)
    assert zero.figure("Spearman") < 1


def test_that_analogies_are_solved_among_the_file_s_words(vectors: Path, tmp_path: Path) -> None:
    packed = tmp_path / "questions.txt.gz"
    text = ": family\nman woman king queen\nMan Woman King Apple\n: gram1\nman woman no queen\nthree words\n"
    packed.write_bytes(gzip.compress(text.encode()))
    result = measured(tmp_path, encoder=vectors, analogies=packed)
    [row] = result.rows
    assert (row.used, row.count) == (2, 3)
    # Here "she" is so far from "man" that a product prefers it.
    assert (row.figure("3CosAdd"), row.figure("3CosMul")) == (0.5, 0.0)
    assert [(section.name, section.right, section.asked) for section in row.sections] == [("family", 1, 2)]
    assert [each.count for each in result.skipped] == [1, 1]
    few = measured(tmp_path, encoder=vectors, analogies=packed, vocabulary=10)
    assert few.rows == result.rows


def test_that_weat_stands_beside_what_people_showed(vectors: Path, tmp_path: Path) -> None:
    def named(name: str, *words: str) -> dict[str, Any]:
        return {"name": name, "words": list(words)}

    sets = {
        "first_target": named("Rulers", "king", "queen", "emperor"),
        "second_target": named("People", "man", "woman"),
        "first_attribute": named("Fruit", "apple", "doctor"),
        "second_attribute": named("Him", "he", "man"),
        "original_finding": {"N": "32", "d": "1.35", "p": "1e-8", "Ref": "somebody"},
    }
    result = measured(tmp_path, encoder=vectors, weat=json.dumps([sets]))
    [row] = result.rows
    assert (row.used, row.count) == (8, 9)
    effect = row.figures[0]
    assert effect.value > 1
    assert [(each.who, each.value) for each in effect.published] == [("people (N = 32)", "1.35")]
    assert row.figure("p") == pytest.approx(1 / 6)
    assert result.skipped[0].places == ["emperor"]
    sets["first_target"] = named("Rulers", "emperor", "king")
    [poor] = measured(tmp_path, encoder=vectors, weat=json.dumps([sets])).rows
    assert poor.figures == []
    assert "Fewer than two words" in poor.notes[0]
    said = measured(tmp_path, encoder=vectors, weat=json.dumps([sets]))
    assert said.summary() == "vectors knows too few of the words: nothing was measured."
    assert said.headline() is None


def test_that_neutral_words_lean_along_the_direction(vectors: Path, tmp_path: Path) -> None:
    result = measured(
        tmp_path,
        encoder=vectors,
        gender='[["he", "she"], ["sir", "madam"]]',
        neutral="doctor\nnurse\n\nastronaut\n",
        similarity="man\twoman\t5\nhe\tshe\t9\nman\tapple\t0\n",
    )
    row = next(row for row in result.rows if row.test == "gender")
    assert row.figure("DirectBias") == pytest.approx((0.3 + 0.4 / 0.96**0.5) / 2, abs=1e-5)
    assert row.figure("share along the direction") == pytest.approx(1)
    assert "similarity.txt, debiased" in [figure.name for figure in row.figures]
    assert row.notes[0].startswith("Leaning most to he: doctor 0.30")
    assert row.notes[1].startswith("Leaning most to she: nurse 0.41")
    assert sorted(each.count for each in result.skipped) == [1, 1]


def test_that_triplets_come_as_tables_or_as_json(vectors: Path, tmp_path: Path) -> None:
    table = "anchor,positive,negative\nking,queen,man\nking,man,queen\nman,he,he\nking,queen\n"
    result = measured(tmp_path, encoder=vectors, triplets=table)
    [row] = result.rows
    assert (row.figure("accuracy"), row.figure("ties")) == (pytest.approx(1 / 3), 1)
    assert row.spread is not None
    assert sum(row.spread.counts) == 3
    assert result.skipped[0].places == ["triplets.txt, line 5"]
    lines = tmp_path / "lines.jsonl"
    lines.write_text(
        '{"query": "king", "pos": "queen", "neg": "man"}\nnonsense\n["man", "he", "apple"]\n',
        encoding="utf-8",
    )
    both = measured(tmp_path, encoder=vectors, triplets=lines)
    assert both.rows[0].figure("accuracy") == 1
    assert both.skipped[0].places == ["lines.jsonl, line 2"]


def test_that_the_starter_s_space_is_measured_on_the_help_pages(tmp_path: Path) -> None:
    fields = {"encoder": STARTER / "embedder", "collection": STARTER / "help"}
    result = measured(tmp_path, **fields)
    assert [row.test for row in result.rows] == ["collection", "hubs", "smoothness"]
    space, hubs, smooth = result.rows
    assert space.used == space.count == len((STARTER / "help" / "corpus.jsonl").read_text().splitlines())
    assert -0.1 < space.figure("mean cosine") < 0.6
    assert abs(space.figure("mean cosine, centred")) < 0.05
    assert 0 < space.figure("IsoScore") < 1
    assert space.figure("alignment") < 2 * (1 - space.figure("mean cosine"))
    assert hubs.spread is not None
    assert sum(hubs.spread.counts) == hubs.used
    assert hubs.spread.counts[0] == round(hubs.figure("antihubs") * hubs.used)
    assert -1 <= smooth.figure("adjacent cosine") <= 1
    assert measured(tmp_path, **fields).rows == result.rows
    few = measured(tmp_path, **fields, sample=40)
    assert few.rows[0].used == 40
    assert result.summary().startswith("embedder: help: mean cosine")
    assert len(result.tables()) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"sts": "one sentence\nanother\n"}, "holds fewer than two pairs"),
        ({"triplets": "a\tb\n"}, "holds no triplet"),
        ({"analogies": ": only a name\n"}, "holds no analogies"),
        ({"weat": "[1, 2]"}, "is no file of word sets"),
        ({"weat": "[1, "}, "is no JSON"),
        ({"gender": '["he", "she"]'}, "holds no pairs of words"),
        ({"similarity": Path("nowhere.txt")}, "There is no file nowhere.txt"),
    ],
)
def test_that_a_bad_file_is_named_in_a_sentence(
    vectors: Path, tmp_path: Path, fields: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError, match=said) as caught:
        measured(tmp_path, encoder=vectors, **fields)
    assert caught.value.field in fields


def test_that_other_encodings_and_broken_archives_are_refused(vectors: Path, tmp_path: Path) -> None:
    latin, torn = tmp_path / "latin.txt", tmp_path / "torn.txt.gz"
    latin.write_bytes("caf\u00e9\tbar\t1\n".encode("latin-1"))
    torn.write_bytes(gzip.compress(b"king queen 1\n" * 1000)[:-20])
    with pytest.raises(UserError, match="not UTF-8 text"):
        measured(tmp_path, encoder=vectors, sts=latin)
    with pytest.raises(UserError, match="cannot be read"):
        measured(tmp_path, encoder=vectors, sts=torn)
    marked = tmp_path / "marked.csv"
    marked.write_bytes(b'\xef\xbb\xbfking,queen,3\r\nman,woman,2\r\nman,"apple",nan\r\n')
    result = measured(tmp_path, encoder=vectors, sts=marked)
    assert (result.rows[0].used, result.skipped[0].count) == (2, 1)


def test_that_nothing_to_test_is_said_at_once(vectors: Path, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="nothing is to be tested"):
        IntrinsicRequest(encoder=str(vectors))
    with pytest.raises(ValidationError, match="without a gender file"):
        IntrinsicRequest(encoder=str(vectors), sts=[vectors], neutral=vectors)
    request = IntrinsicRequest(
        encoder=str(tmp_path / "no"), sts=[tmp_path / "none"], collection=tmp_path / "gone"
    )
    assert [problem.field for problem in preview(request).problems] == ["sts", "encoder", "collection"]


@pytest.mark.story
def test_that_glove_reaches_what_is_known_of_it(tmp_path: Path) -> None:
    if not WORDS.is_dir():
        pytest.skip("the shared word sets are not here")
    request = IntrinsicRequest(
        encoder=str(real_model("glove")),
        similarity=[WORDS / "similarity" / f"EN-{name}.txt" for name in ("WS-353-ALL", "SIMLEX-999")],
        weat=[WORDS / "bias" / "weat.json"],
    )
    result = measure_encoder(request, Context(workdir=tmp_path))
    assert [row.figure("Spearman") for row in result.rows[:2]] == pytest.approx([0.503, 0.265], abs=0.001)
    weat = [row for row in result.rows if row.test == "weat"]
    assert len(weat) == 10
    assert all(row.figure("effect size") > 0.9 and row.figure("p") < 0.05 for row in weat)
