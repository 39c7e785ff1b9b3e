"""The pruning of tokenizers through its public door."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tokenizers
from transformers import AutoTokenizer

from core.cli import main
from core.errors import Cancelled, UserError
from core.folders import resources_folder
from core.jobs.context import Context, Control
from core.tokenizers.canonical import CHARACTER_OF, Kind
from core.tokenizers.corpus import documents, find_texts
from core.tokenizers.open import open_tokenizer
from core.tokenizers.prune.preview import preview
from core.tokenizers.prune.request import PruneTokenizerRequest
from core.tokenizers.prune.run import prune
from tests.core.models.stories import stories_folder
from tests.core.tokenizers.files import BYTE_LEVEL, added, bpe, tokenizer, write
from tests.real_tokenizers import real_tokenizer

STARTER = resources_folder() / "starter"
TEXT = STARTER / "texts" / "python.txt"
__all__ = ["stories_folder"]


@pytest.fixture(params=["prose-bpe", "prose-unigram", "stories"])
def folder(request: pytest.FixtureRequest) -> Path:
    """Byte-level BPE, Unigram, and SentencePiece-like BPE with several merges for one token."""
    if request.param == "stories":
        found: Path = request.getfixturevalue("stories_folder")
        return found
    return STARTER / request.param


def old_ids(out: str) -> list[int]:
    found: list[int] = json.loads((Path(out) / "map.json").read_text("utf-8"))["old_ids"]
    return found


def test_that_a_text_is_cut_as_before_and_the_map_leads_back(folder: Path, tmp_path: Path) -> None:
    found = prune(tokenizer=folder, text=[TEXT], out=tmp_path / "out")
    old, new = open_tokenizer(folder), open_tokenizer(tmp_path / "out")
    map = np.array(old_ids(found.out))
    assert found.new_size == len(map) == new.vocabulary.size < found.old_size
    for document in documents(find_texts([TEXT])[0]):
        assert map[new.encode(document).ids].tolist() == old.encode(document).ids
    (row,) = found.texts
    assert row.tokens_before == row.tokens_after
    assert row.bytes == TEXT.stat().st_size


def test_that_each_token_is_that_of_its_old_id(folder: Path, tmp_path: Path) -> None:
    found = prune(tokenizer=folder, text=[TEXT], out=tmp_path / "out", min_count=3)
    before = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    after = tokenizers.Tokenizer.from_file(str(tmp_path / "out" / "tokenizer.json"))
    assert after.get_vocab_size() == found.new_size
    for new, old in enumerate(old_ids(found.out)):
        assert after.id_to_token(new) == before.id_to_token(old)


def test_that_every_other_text_comes_back(folder: Path, tmp_path: Path) -> None:
    prune(tokenizer=folder, text=[TEXT], out=tmp_path / "out", min_count=5, keep_characters=False)
    new = open_tokenizer(tmp_path / "out")
    for name in ("japanese", "russian", "prose", "german"):
        text = (STARTER / "texts" / f"{name}.txt").read_text("utf-8")
        assert new.decode(new.encode(text).ids) == text
    assert new.decode(new.encode("🙂\x00\t x").ids) == "🙂\x00\t x"


def test_that_special_tokens_and_bytes_stay(folder: Path, tmp_path: Path) -> None:
    prune(tokenizer=folder, text=[TEXT], out=tmp_path / "out", min_count=1_000_000)
    old, new = open_tokenizer(folder), open_tokenizer(tmp_path / "out")
    assert len(new.vocabulary.byte_ids) == 256
    assert {token.content for token in new.vocabulary if token.kind is Kind.SPECIAL} == {
        token.content for token in old.vocabulary if token.kind is Kind.SPECIAL
    }
    prefixes = [[t.vocabulary.entries[id].content for id in t.prefix] for t in (old, new)]  # type: ignore[union-attr]
    assert prefixes[0] == prefixes[1]


def test_that_as_many_stay_as_were_asked_for(tmp_path: Path) -> None:
    found = prune(tokenizer=STARTER / "prose-bpe", text=[TEXT], keep=600, out=tmp_path / "out")
    assert found.new_size == 600
    assert found.texts[0].tokens_after > found.texts[0].tokens_before
    assert len(found.removed) == 1_000
    with pytest.raises(UserError, match=r"At least [\d,]+ tokens must stay") as refused:
        prune(tokenizer=STARTER / "prose-unigram", text=[TEXT], keep=258, out=tmp_path / "few")
    assert refused.value.field == "keep"
    assert not (tmp_path / "few").exists()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    vocab = {CHARACTER_OF[byte]: byte for byte in range(256)}
    for merge in ("t h", "th e", "Ġ a", "x y", "q u"):
        vocab[merge.replace(" ", "")] = len(vocab)
    data = tokenizer(
        bpe(vocab, "t h", "th e", "Ġ a", "x y", "q u"),
        added(len(vocab), "<s>"),
        added(len(vocab) + 1, "<tool>", special=False),
        pre_tokenizer=BYTE_LEVEL,
        decoder=BYTE_LEVEL,
        post_processor={
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": "<s>", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
            ],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [len(vocab)], "tokens": ["<s>"]}},
        },
    )
    folder = tmp_path / "small"
    write(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": "<s>",
            "added_tokens_decoder": {str(len(vocab)): {"content": "<s>", "special": True}},
        },
    )
    write(folder / "added_tokens.json", {"<s>": len(vocab), "<tool>": len(vocab) + 1})
    (folder / "vocab.json").write_text("{}")
    return write(folder / "tokenizer.json", data).parent


def test_that_what_merges_need_stays_and_all_ids_are_closed_up(small: Path, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("the the the a\n")
    found = prune(tokenizer=small, text=[tmp_path / "text.txt"], out=tmp_path / "out", min_count=2)
    assert found.removed == ["␣a", "xy", "qu"]
    assert (found.kept_for_merges, found.new_size) == (1, 260)  # "th", on the way to "the"
    assert old_ids(found.out) == [*range(258), 261, 262]
    data: dict[str, Any] = json.loads((tmp_path / "out" / "tokenizer.json").read_text("utf-8"))
    assert data["model"]["merges"] == [["t", "h"], ["th", "e"]]
    assert [entry["id"] for entry in data["added_tokens"]] == [258, 259]
    assert data["post_processor"]["special_tokens"]["<s>"]["ids"] == [258]


def test_that_the_files_beside_it_name_the_new_ids(small: Path, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("the the\n")
    found = prune(tokenizer=small, text=[tmp_path / "text.txt"], out=tmp_path / "out")
    out = tmp_path / "out"
    assert json.loads((out / "added_tokens.json").read_text())["<s>"] == found.new_size - 2
    theirs = AutoTokenizer.from_pretrained(out)
    assert theirs.bos_token_id == found.new_size - 2
    assert theirs("the").input_ids == [theirs.bos_token_id, *open_tokenizer(out).encode("the").ids]
    assert not (out / "vocab.json").exists()
    assert any("vocab.json" in warning for warning in found.warnings)


def test_that_characters_go_only_where_bytes_can_spell_them(stories_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("aaa bbb\n")
    ask = {"tokenizer": stories_folder, "text": [tmp_path / "text.txt"]}
    with_all = prune(out=tmp_path / "with", **ask)
    without = prune(out=tmp_path / "without", keep_characters=False, **ask)
    assert without.new_size < with_all.new_size
    assert (
        open_tokenizer(tmp_path / "with").encode("q").ids
        != open_tokenizer(tmp_path / "without").encode("q").ids
    )
    new = open_tokenizer(tmp_path / "without")
    assert new.decode(new.encode("q!").ids) == "q!"


def test_that_a_real_tokenizer_cuts_its_corpus_as_before(tmp_path: Path) -> None:
    folder = real_tokenizer("deepseek")
    found = prune(tokenizer=folder, text=[TEXT], out=tmp_path / "out")
    assert found.new_size < found.old_size / 20
    assert found.texts[0].tokens_before == found.texts[0].tokens_after


def test_that_other_models_and_formats_are_refused(shared_data: Path, tmp_path: Path) -> None:
    for name, what in (("minilm-wordpiece", "WordPiece"), ("mistral-v1-sentencepiece", "is needed")):
        with pytest.raises(UserError, match=what) as refused:
            prune(tokenizer=shared_data / "tokenizers" / name, text=[TEXT], out=tmp_path / "out")
        assert refused.value.field == "tokenizer"


def test_that_a_stop_leaves_nothing(tmp_path: Path) -> None:
    control = Control()

    def stop(event: object) -> None:
        if getattr(event, "stage", "") == "Measuring":
            control.cancel()

    request = PruneTokenizerRequest(tokenizer=STARTER / "prose-bpe", text=[TEXT], out=tmp_path / "out")
    with pytest.raises(Cancelled):
        prune(request, Context(workdir=tmp_path / "work", control=control, send=stop))
    assert not list(tmp_path.glob("out*"))


def test_that_the_form_is_told_what_is_wrong(shared_data: Path, tmp_path: Path) -> None:
    good = preview(PruneTokenizerRequest(tokenizer=STARTER / "prose-bpe", text=[TEXT], keep=9_000))
    assert good.problems == []
    assert good.notes["keep"].startswith("There are only 8,192")
    assert 0 < (good.seconds or 0) < 10
    bad = preview(
        PruneTokenizerRequest(
            tokenizer=shared_data / "tokenizers" / "minilm-wordpiece", text=[tmp_path / "none"], out=STARTER
        )
    )
    assert {problem.field for problem in bad.problems} == {"tokenizer", "text", "out"}


def test_that_the_command_line_prunes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["tokenizers", "prune", "--tokenizer", str(STARTER / "prose-bpe"), "--text", str(TEXT)]
    assert main([*words, "--out", str(tmp_path / "out"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["new_size"] < found["old_size"] == 8_192
    assert Path(found["map"]).is_file()


def test_that_an_empty_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    with pytest.raises(UserError, match="holds no text") as refused:
        prune(tokenizer=STARTER / "prose-bpe", text=[tmp_path / "empty.txt"], out=tmp_path / "out")
    assert refused.value.field == "text"
