"""The job through its public door."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.cli import main
from core.errors import Cancelled, UserError
from core.folders import resources_folder
from core.jobs.context import Context, Control
from core.tokenizers.corpus import Text, documents
from core.tokenizers.dynamic.preview import preview
from core.tokenizers.dynamic.request import DynamicRequest
from core.tokenizers.dynamic.run import dynamic
from core.tokenizers.open import open_tokenizer
from tests.core.tokenizers.files import bpe, tokenizer, write

STARTER = resources_folder() / "starter"


@pytest.fixture
def characters(tmp_path: Path) -> Path:
    """A tokenizer of the characters a, b, space and line end."""
    model = bpe({"a": 0, "b": 1, " ": 2, "\n": 3})
    return write(tmp_path / "characters" / "tokenizer.json", tokenizer(model))


def test_that_no_merge_is_the_static_tokenization(characters: Path, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("ab ab\nab\n")
    found = dynamic(tokenizer=characters, text=[tmp_path / "text.txt"], max_merges=0)
    (row,) = found.rows
    assert row.tokens_before == row.tokens_after == 9
    assert (row.merges, row.distinct, found.merges) == (0, 0, [])
    assert row.shortest < 9
    assert [point.merges for point in found.curve] == [0]


def test_that_the_first_merge_is_shown_with_its_count(characters: Path, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("ab ab\nab\n")
    found = dynamic(tokenizer=characters, text=[tmp_path / "text.txt"], max_merges=1)
    (merge,) = found.merges
    assert (merge.left, merge.right, merge.count, merge.batches) == ("a", "b", 3, 1)
    (row,) = found.rows
    assert (row.tokens_after, row.documents, row.bytes, row.distinct) == (6, 2, 9, 1)
    assert found.curve[-1].saved == pytest.approx(1 - 6 / 9)


def test_that_rows_add_up_and_reach_the_share_that_was_asked_for() -> None:
    texts = [STARTER / "texts" / f"{name}.txt" for name in ("german", "prose", "python")]
    ask = {"tokenizer": STARTER / "prose-bpe", "text": texts, "batch": 8, "max_bytes": 6_000}
    half, whole = dynamic(reduction=0.5, **ask), dynamic(**ask)
    assert [row.text for row in whole.rows] == ["german", "prose", "python", "all"]
    *rows, together = half.rows
    for name in ("bytes", "documents", "batches", "tokens_before", "tokens_after", "shortest", "merges"):
        assert sum(getattr(row, name) for row in rows) == getattr(together, name)
    possible = together.tokens_before - together.shortest
    assert together.tokens_after == pytest.approx(together.tokens_before - possible / 2, abs=possible / 20)
    assert together.shortest == whole.rows[-1].shortest == whole.rows[-1].tokens_after
    assert all(row.tokens_after >= row.shortest for row in half.rows)
    saved = [point.saved for point in whole.curve]
    assert saved == sorted(saved)
    assert half.curve[-1].merges < whole.curve[-1].merges


def test_that_the_tokens_before_are_the_tokenizers_own() -> None:
    text = STARTER / "texts" / "french.txt"
    found = dynamic(tokenizer=STARTER / "prose-unigram", text=[text], max_merges=3, batch=1_000)
    own = open_tokenizer(STARTER / "prose-unigram")
    assert found.rows[0].bytes == text.stat().st_size
    paragraphs = documents(Text("french", text))
    assert found.rows[0].tokens_before == sum(map(len, own.ids(list(paragraphs))))


def test_that_word_pieces_never_merge_across_their_words(shared_data: Path, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("untokenizable words, untokenizable words\n\n" * 5)
    found = dynamic(tokenizer=shared_data / "tokenizers" / "minilm-wordpiece", text=[tmp_path / "text.txt"])
    assert found.rows[0].tokens_after < found.rows[0].tokens_before
    for merge in found.merges:
        assert "␣" not in merge.right
        assert "␣" not in merge.left[1:]


def test_that_a_tokenizer_that_keeps_nothing_apart_is_told(characters: Path, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("ab ab\n")
    found = dynamic(tokenizer=characters, text=[tmp_path / "text.txt"], boundary="pretokens")
    assert any("keeps nothing apart" in warning for warning in found.warnings)


def test_that_a_stop_is_heard() -> None:
    control = Control()
    control.cancel()
    request = DynamicRequest(tokenizer=STARTER / "prose-bpe", text=[STARTER / "texts" / "prose.txt"])
    with pytest.raises(Cancelled):
        dynamic(request, Context(workdir=Path(), control=control))


def test_that_faults_name_their_field(tmp_path: Path) -> None:
    with pytest.raises(UserError) as refused:
        dynamic(tokenizer=STARTER / "prose-bpe", text=[tmp_path / "none.txt"])
    assert refused.value.field == "text"
    with pytest.raises(UserError) as refused:
        dynamic(tokenizer=tmp_path, text=[STARTER / "texts"])
    assert refused.value.field == "tokenizer"


def test_that_the_form_is_told_what_it_costs_and_what_is_wrong(tmp_path: Path) -> None:
    good = preview(DynamicRequest(tokenizer=STARTER / "prose-bpe", text=[STARTER / "texts"]))
    assert good.problems == []
    assert good.notes["tokenizer"].startswith("Byte-level BPE, 8,192 tokens")
    assert "9 texts" in good.notes["text"]
    assert 0 < (good.seconds or 0) < 60
    bad = preview(DynamicRequest(tokenizer=tmp_path / "none", text=[tmp_path / "none.txt"]))
    assert {problem.field for problem in bad.problems} == {"tokenizer", "text"}


def test_that_the_command_line_gives_the_rows(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["tokenizers", "dynamic", "--tokenizer", str(STARTER / "prose-bpe")]
    words += ["--text", str(STARTER / "texts" / "prose.txt"), "--max-bytes", "2000", "--json"]
    assert main(words) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rows"][0]["tokens_after"] < found["rows"][0]["tokens_before"]
    assert found["merges"]


def test_that_an_empty_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    with pytest.raises(UserError, match="holds no text") as refused:
        dynamic(tokenizer=STARTER / "prose-bpe", text=[tmp_path / "empty.txt"])
    assert refused.value.field == "text"
