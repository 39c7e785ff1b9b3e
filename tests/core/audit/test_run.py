"""The audit through its public door."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from core.audit.preview import preview
from core.audit.request import AuditRequest
from core.audit.result import AuditResult
from core.audit.run import audit
from core.cli import main
from core.errors import Cancelled, UserError
from core.folders import resources_folder
from core.jobs.context import Context, Control
from core.models.folder import open_model
from core.models.tensors import read_tensor
from core.tokenizers.canonical import CHARACTER_OF
from core.tokenizers.open import open_tokenizer
from tests.core.models.checkpoints import EMBEDDING, HEAD, write_folder
from tests.core.models.stories import stories_folder
from tests.core.tokenizers.files import BYTE_LEVEL, added, bpe, tokenizer, write
from tests.real_tokenizers import real_tokenizer

STARTER = resources_folder() / "starter"
NO_TEXT = {0xC0, 0xC1, *range(0xF5, 0x100)}
TH, SPACE_TH, ALONE, HALF, UNUSED, SPECIAL, SIZE, ROWS, WIDTH = 256, 257, 258, 259, 260, 261, 262, 270, 16
__all__ = ["stories_folder"]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """All bytes; two words, one without merges; half a character; an unused and a special name."""
    vocab = {CHARACTER_OF[byte]: byte for byte in range(256)}
    half = CHARACTER_OF[0xE6] + CHARACTER_OF[0x97]
    vocab |= {"th": TH, "Ġth": SPACE_TH, "zq": ALONE, half: HALF, "<unused0>": UNUSED}
    merges = ["t h", "Ġ th", f"{CHARACTER_OF[0xE6]} {CHARACTER_OF[0x97]}"]
    data = tokenizer(
        bpe(vocab, *merges),
        added(SPECIAL, "<s>"),
        pre_tokenizer=BYTE_LEVEL,
        decoder=BYTE_LEVEL,
    )
    return write(tmp_path / "small" / "tokenizer.json", data).parent


def rows(*, seed: int = 0) -> torch.Tensor:
    random = torch.Generator().manual_seed(seed)
    return torch.nn.functional.normalize(torch.randn((ROWS, WIDTH), generator=random))


def model(folder: Path, table: torch.Tensor, *, tied: bool) -> Path:
    tensors = {EMBEDDING: table} | ({} if tied else {HEAD: rows(seed=1)})
    changes = {"vocab_size": ROWS, "hidden_size": WIDTH, "tie_word_embeddings": tied}
    return write_folder(folder, tensors, **changes)


def test_that_each_token_is_in_its_category(small: Path) -> None:
    found = audit(tokenizer=small)
    assert found.size == SIZE
    assert found.categories == {
        "ok": 128 + 2,
        "partial character": 128 + 1,
        "unreachable: several tokens": 1,
        "unreachable special": 1,
        "ok special": 1,
    }
    alone, unused = found.unreachable
    assert (alone.id, alone.token, alone.reencoded) == (ALONE, "zq", [ord("z"), ord("q")])
    assert (unused.id, unused.kind, unused.category) == (UNUSED, "unused", "unreachable special")
    assert found.unused is None
    assert found.indicator == ""
    assert found.summary() == f"Of {SIZE} tokens: 2 unreachable."


def test_that_tokens_that_a_text_does_not_use_are_told_apart_from_unreachable_ones(
    small: Path, tmp_path: Path
) -> None:
    (tmp_path / "text.txt").write_text("th th th\n")
    found = audit(tokenizer=small, text=[tmp_path / "text.txt"])
    used = {TH, SPACE_TH, 10}
    assert found.unused == 256 + 4 - len(used)
    assert found.text_bytes == 9
    assert [token.id for token in found.unused_tokens][:3] == [0, 1, 2]
    assert {token.id for token in found.unused_tokens}.isdisjoint(used)
    assert {token.count for token in found.unused_tokens} == {0}
    assert found.unreachable[0].count == 0


def test_that_short_rows_are_suspects_where_the_input_is_a_matrix_of_its_own(
    small: Path, tmp_path: Path
) -> None:
    table = rows()
    reference = [*sorted(NO_TEXT), UNUSED, *range(SIZE, ROWS)]
    table[reference] *= 0.01
    table[TH] *= 0.02
    table[ALONE] *= 0.001  # cut into several others: no candidate
    found = audit(tokenizer=small, model=model(tmp_path / "model", table, tied=False), share=0.01)
    assert found.undertrained[0].id == TH
    assert found.undertrained[0].indicator == pytest.approx(0.02, rel=1e-5)
    assert len(found.undertrained) == 2  # 1 % of the 130 that are ok, rounded up
    assert found.reference == len(reference)
    words = "13 bytes that no text has, 1 reserved name, 8 rows without a token"
    assert found.reference_words == words
    assert sum(found.counts) == ROWS
    assert sum(found.reference_counts) == found.reference_counts[0] == len(reference)
    assert len(found.edges) == len(found.counts) + 1


def test_that_rows_like_the_unused_ones_are_suspects_where_the_head_is_tied(
    small: Path, tmp_path: Path
) -> None:
    table = rows() * 3
    reference = [*sorted(NO_TEXT), UNUSED, *range(SIZE, ROWS)]
    table[[*reference, SPACE_TH]] = rows()[5] + rows(seed=2)[[*reference, SPACE_TH]] * 0.1
    found = audit(tokenizer=small, model=model(tmp_path / "model", table, tied=True))
    assert found.undertrained[0].id == SPACE_TH
    mean = table.double().mean(0)
    known = (table[reference].double() - mean).mean(0)
    expected = 1 - torch.nn.functional.cosine_similarity(table[SPACE_TH].double() - mean, known, dim=0)
    assert found.undertrained[0].indicator == pytest.approx(float(expected), abs=1e-9)
    assert "Cosine distance" in found.indicator
    values = [token.indicator for token in found.undertrained]
    assert values == sorted(values)


def test_that_the_nearest_tokens_are_those_of_the_whole_table(small: Path, tmp_path: Path) -> None:
    table = rows()
    table[TH] = table[ord("A")] + 0.01
    found = audit(tokenizer=small, model=model(tmp_path / "model", table, tied=False), share=1)
    centred = table.double() - table.double().mean(0)
    likeness = torch.nn.functional.normalize(centred) @ torch.nn.functional.normalize(centred).T
    vocabulary = open_tokenizer(small).vocabulary
    suspects = {token.id: token for token in found.undertrained[:100]}
    for id, token in suspects.items():
        order = [n for n in likeness[id].argsort(descending=True).tolist() if n != id and n < SIZE]
        names = [vocabulary.entries[n] for n in order[:5]]
        assert [name.content for name in names if name] == [_spelt(name) for name in token.nearest], (
            token.token
        )
    assert len(suspects) == 100
    assert all(not token.nearest for token in found.undertrained[100:])


def _spelt(name: str) -> str:
    """A token as its file spells it, from how a person reads it; of the small tokenizer."""
    plain = {"␣": "Ġ", "⏎": "Ċ", "⇥": "ĉ", "␍": "č", "\\\\": "\\"}
    if name in plain:
        return plain[name]
    if name.startswith("\\u{"):
        return CHARACTER_OF[int(name[3:-1], 16)]
    if name.startswith("\\x"):
        return "".join(CHARACTER_OF[int(byte, 16)] for byte in name.split("\\x")[1:])
    return name.replace("␣", "Ġ")


def test_that_without_a_reference_the_smallest_rows_serve_and_that_is_said(tmp_path: Path) -> None:
    vocab = {chr(97 + number): number for number in range(26)}
    file = write(tmp_path / "letters" / "tokenizer.json", tokenizer(bpe(vocab)))
    random = torch.Generator().manual_seed(0)
    folder = write_folder(
        tmp_path / "model", {EMBEDDING: torch.randn((26, 4), generator=random)}, vocab_size=26,
        hidden_size=4, tie_word_embeddings=True,
    )  # fmt: skip
    found = audit(tokenizer=file, model=folder)
    assert found.reference == 2
    assert "no token is known to be unused" in found.reference_words


@pytest.mark.parametrize("name", ["prose-bpe", "prose-unigram"])
def test_that_the_starters_impossible_bytes_are_the_reference_and_lie_lowest(name: str) -> None:
    found = audit(tokenizer=STARTER / name, model=STARTER / name)
    assert found.reference_words == "13 bytes that no text has"
    assert_reference_is_low(found, STARTER / name)


def test_that_a_real_models_impossible_bytes_lie_lowest(stories_folder: Path) -> None:
    found = audit(tokenizer=stories_folder, model=stories_folder)
    assert found.reference == 13
    assert_reference_is_low(found, stories_folder)


def assert_reference_is_low(found: AuditResult, folder: Path) -> None:
    """The reference set's own mean distance is far below that of all tokens."""
    middles = (np.array(found.edges[:-1]) + np.array(found.edges[1:])) / 2
    own = np.average(middles, weights=found.reference_counts)
    assert own < np.average(middles, weights=found.counts) / 5
    opened = open_model(folder)
    vocabulary = open_tokenizer(folder).vocabulary
    table = read_tensor(opened, opened.input_embedding).double()
    ids = [vocabulary.byte_ids[byte] for byte in NO_TEXT]
    centred = table - table.mean(0)
    distance = 1 - torch.nn.functional.cosine_similarity(centred[ids], centred[ids].mean(0, keepdim=True))
    assert own == pytest.approx(float(distance.mean()), abs=found.edges[1] - found.edges[0])


@pytest.mark.parametrize(("name", "unreachable"), [("cl100k_base.tiktoken", 0), ("o200k_base.tiktoken", 12)])
def test_that_real_encodings_have_as_many_unreachable_tokens_as_are_known(
    name: str, unreachable: int
) -> None:
    found = audit(tokenizer=real_tokenizer(name))
    assert found.unreachable_count == unreachable
    if unreachable:
        assert found.categories["partial character"] == 1_562
        assert {"␣I'", "⏎//", "␍⏎//"} <= {token.token for token in found.unreachable}


def test_that_another_models_tokenizer_is_refused(small: Path, stories_folder: Path) -> None:
    with pytest.raises(UserError, match="another model's") as refused:
        audit(tokenizer=STARTER / "prose-bpe", model=stories_folder)
    assert refused.value.field == "model"


def test_that_a_stop_is_heard(small: Path) -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        audit(AuditRequest(tokenizer=small), Context(workdir=small, control=control))


def test_that_the_form_is_told_what_there_is_and_what_is_wrong(stories_folder: Path, tmp_path: Path) -> None:
    good = preview(AuditRequest(tokenizer=STARTER / "prose-bpe", model=STARTER / "prose-bpe"))
    assert good.problems == []
    assert good.notes["model"].startswith("Llama")
    assert good.notes["text"].startswith("Without a text")
    assert 0 < (good.seconds or 0) < 30
    mixed = preview(AuditRequest(tokenizer=STARTER / "prose-bpe", model=stories_folder))
    assert [problem.field for problem in mixed.problems] == ["model"]
    nowhere = tmp_path / "none"
    bad = preview(AuditRequest(tokenizer=nowhere, text=[nowhere], model=nowhere))
    assert [problem.field for problem in bad.problems] == ["tokenizer", "text", "model"]


def test_that_the_command_line_audits(stories_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["tokenizers", "audit", "--tokenizer", str(stories_folder), "--model", str(stories_folder)]
    assert main([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["size"] == 512
    assert found["reference"] == 13
    assert found["undertrained"]


def test_that_a_tokenizer_that_refuses_a_token_of_its_own_is_audited_all_the_same(tmp_path: Path) -> None:
    """Unigram without a token for what it lacks: once the accent is off, nothing stands for the x."""
    vocab = [["a", -1.0], ["b", -1.0], ["ab", -1.5], ["x\u0301", -2.0]]
    data = tokenizer(
        {"type": "Unigram", "unk_id": None, "vocab": vocab, "byte_fallback": False},
        normalizer={"type": "StripAccents"},
    )
    found = audit(tokenizer=write(tmp_path / "tokenizer.json", data))
    assert found.categories == {"ok": 3, "unreachable: several tokens": 1}
    assert found.unreachable[0].reencoded == []
