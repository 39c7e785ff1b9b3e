"""A transplant looked into: its list of tokens and each token in full, on folders made up row by row."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from core.errors import UserError
from core.transplant.inspect.answers import list_tokens, look_up
from core.transplant.inspect.opened import ROWS
from core.transplant.inspect.request import AskToken, AskTokens, Place
from core.transplant.inspect.table import Table
from core.transplant.matching import Source
from tests.core.tokenizers.files import BYTE_LEVEL, tokenizer

BASE = ("a", "b", "c", "ab")
NEW = ("a", "b", "Ġabc", "bc", "c")
BASE_ROWS = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0]], dtype=np.float32)
SOURCES = ("exact", "exact", "method", "method", "exact")


def write(folder: Path, tokens: Sequence[str], rows: Any, head: Any = None) -> Path:
    folder.mkdir()
    width = np.asarray(rows).shape[1]
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": len(tokens),
        "hidden_size": width,
        "intermediate_size": width,
        "num_hidden_layers": 0,
        "num_attention_heads": 1,
        "tie_word_embeddings": head is None,
    }
    vocabulary = {token: place for place, token in enumerate(tokens)}
    parts = tokenizer(
        {"type": "BPE", "vocab": vocabulary, "merges": []}, pre_tokenizer=BYTE_LEVEL, decoder=BYTE_LEVEL
    )
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer.json").write_text(json.dumps(parts))
    tensors = {"model.embed_tokens.weight": np.ascontiguousarray(rows)}
    if head is not None:
        tensors["lm_head.weight"] = np.ascontiguousarray(head)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def rows_of(folder: Path, **changes: Any) -> None:
    names = [source.value for source in Source]
    whole: dict[str, Any] = {
        "source_names": np.array(names),
        "sources": np.array([names.index(source) for source in SOURCES], dtype=np.int8),
        "copied": np.array([0, 1, -1, -1, 2], dtype=np.int32),
        "targets": np.array([3, 2], dtype=np.int32),
        "input_residual": np.array([0.2, 0.6], dtype=np.float32),
        "input_indices": np.array([[2, 1, -1], [3, 2, 0]], dtype=np.int32),
        "input_weights": np.array([[0.5, -0.7, 0.0], [0.8, 0.9, 0.1]], dtype=np.float32),
    }
    np.savez(folder / ROWS, **{name: value for name, value in (whole | changes).items() if value is not None})


@pytest.fixture
def place(tmp_path: Path) -> Place:
    base = write(tmp_path / "base", BASE, BASE_ROWS)
    new = np.array([BASE_ROWS[0], BASE_ROWS[1], [0.9, 0.8, 0.9], [0, -0.7, 0.5], BASE_ROWS[2]], np.float32)
    model = write(tmp_path / "model", NEW, new)
    donor = write(tmp_path / "donor", NEW, np.array([[1, 0], [0, 1], [1, 1], [2, 2.1], [-1, 0]], np.float32))
    rows_of(model)
    text = tmp_path / "text.txt"
    text.write_text("a b b a a c")
    return Place(model=model, base=base, donor=donor, text=(text,))


def test_that_tokens_are_listed_with_their_source_and_residual(place: Place) -> None:
    found = list_tokens(AskTokens(place=place))
    assert [(token.text, token.source, token.base_id) for token in found.tokens] == [
        ("a", "exact", 0),
        ("b", "exact", 1),
        (" abc", "method", None),
        ("bc", "method", None),
        ("c", "exact", 2),
    ]
    assert [token.residual for token in found.tokens] == [
        None,
        None,
        pytest.approx(0.6),
        pytest.approx(0.2),
        None,
    ]
    assert [token.occurs for token in found.tokens] == [3, 2, 0, 0, 1]
    assert found.counts == {"exact": 3, "method": 2}
    assert found.matrices == ("input",)


@pytest.mark.parametrize(
    ("order", "descending", "ids"),
    [
        ("id", False, [0, 1, 2, 3, 4]),
        ("id", True, [4, 3, 2, 1, 0]),
        ("residual", True, [2, 3, 0, 1, 4]),
        ("residual", False, [3, 2, 0, 1, 4]),
        ("occurs", True, [0, 1, 4, 2, 3]),
        ("text", False, [2, 0, 1, 3, 4]),
    ],
)
def test_that_they_are_sorted_with_what_has_no_figure_last(
    place: Place, order: Any, descending: bool, ids: list[int]
) -> None:
    found = list_tokens(AskTokens(place=place, order=order, descending=descending))
    assert [token.id for token in found.tokens] == ids


def test_that_they_are_filtered_searched_and_paged(place: Place) -> None:
    def ids(**asked: Any) -> list[int]:
        return [token.id for token in list_tokens(AskTokens(place=place, **asked)).tokens]

    assert ids(sources=("method",)) == [2, 3]
    assert ids(query="B") == [1, 2, 3]
    assert ids(query="#3") == [3]
    assert ids(query=" a") == [2]
    assert ids(start=1, count=2) == [1, 2]
    assert list_tokens(AskTokens(place=place, sources=("exact",), count=1)).found == 3


def test_that_a_made_row_says_what_it_is_built_from(place: Place) -> None:
    found = look_up(AskToken(place=place, id=3))
    assert found.bytes == b"bc"
    assert [(atom.id, atom.text, atom.weight) for atom in found.atoms] == [
        (1, "b", pytest.approx(-0.7)),
        (2, "c", pytest.approx(0.5)),
    ]
    assert found.length == pytest.approx(np.sqrt(0.7**2 + 0.5**2))
    assert found.lengths.copied is not None
    assert found.lengths.copied[2] == pytest.approx(1.0)


def test_that_neighbours_are_the_nearest_by_cosine_in_each_table(place: Place) -> None:
    found = look_up(AskToken(place=place, id=2, neighbours=2))
    whole = np.sqrt(0.9**2 + 0.8**2 + 0.9**2)
    assert [(near.text, near.source) for near in found.in_new] == [("a", "exact"), ("c", "exact")]
    assert found.in_new[0].cosine == pytest.approx(0.9 / whole)
    assert [near.text for near in found.in_base] == ["ab", "a"]
    assert found.in_base[0].cosine == pytest.approx(1.7 / whole / np.sqrt(2))
    assert [near.text for near in found.in_donor] == ["bc", "a"]


def test_that_a_copied_row_names_its_token_and_is_not_its_own_neighbour(place: Place) -> None:
    found = look_up(AskToken(place=place, id=4))
    assert (found.token.base_id, found.base_text) == (2, "c")
    assert found.atoms == ()
    assert "c" not in [near.text for near in (*found.in_new, *found.in_base)]


def test_that_without_base_donor_and_text_the_rest_is_still_told(place: Place) -> None:
    alone = Place(model=place.model)
    listed = list_tokens(AskTokens(place=alone))
    assert not listed.base_known
    assert not listed.has_occurrences
    found = look_up(AskToken(place=alone, id=3))
    assert [atom.text for atom in found.atoms] == [None, None]
    assert (found.in_base, found.in_donor) == ((), ())
    assert found.in_new


def test_that_a_base_that_is_gone_or_another_one_is_noted(place: Place, tmp_path: Path) -> None:
    other = write(tmp_path / "other", BASE, np.ones((4, 2), dtype=np.float32))
    found = look_up(AskToken(place=Place(model=place.model, base=other), id=3))
    assert found.notes == (f"{other} is not the base of this model: its rows are of another width.",)


def test_that_a_token_is_found_in_a_donor_that_numbers_it_otherwise(place: Place, tmp_path: Path) -> None:
    rows = np.array([[0, 1], [2, 2], [1, 1]], dtype=np.float32)
    donor = write(tmp_path / "another", ("b", "bc", "Ġabc"), rows)
    found = look_up(AskToken(place=place.model_copy(update={"donor": donor}), id=2))
    assert [(near.text, near.id) for near in found.in_donor] == [("bc", 1), ("b", 0)]
    assert look_up(AskToken(place=place.model_copy(update={"donor": donor}), id=4)).in_donor == ()


def test_that_a_head_of_its_own_is_looked_into_apart(tmp_path: Path) -> None:
    rows = np.eye(5, 3, dtype=np.float32) + 0.1
    model = write(tmp_path / "model", NEW, rows, head=rows[::-1].copy())
    rows_of(model)
    place = Place(model=model)
    assert list_tokens(AskTokens(place=place)).matrices == ("input", "head")
    first, second = (look_up(AskToken(place=place, id=3, matrix=m)) for m in ("input", "head"))
    assert first.atoms == second.atoms
    assert first.length != second.length


@pytest.mark.parametrize("stored", [np.float16, np.float64, "bfloat16"])
def test_that_tables_of_any_float_are_read(tmp_path: Path, stored: Any) -> None:
    from core.models.headers import TensorEntry

    values = np.array([[1.0, -2.0], [0.5, 3.0]], dtype=np.float32)
    name = {np.float16: "F16", np.float64: "F64", "bfloat16": "BF16"}[stored]
    data = (values.view(np.uint32) >> 16).astype(np.uint16) if name == "BF16" else values.astype(stored)
    file = tmp_path / "bytes"
    file.write_bytes(b"12345678" + data.tobytes())
    table = Table(TensorEntry(file, name, (2, 2), 8, 8 + data.nbytes))
    assert np.array_equal(np.stack([table.row(0), table.row(1)]), values)
    assert table.lengths == pytest.approx(np.linalg.norm(values, axis=1))


def test_that_rows_of_zeros_and_of_no_numbers_are_nobodys_neighbours(tmp_path: Path) -> None:
    rows = np.array([[1, 0, 0], [0, 0, 0], [1, 0.1, 0], [np.nan, 1, 0], [0, 1, 0]], dtype=np.float32)
    model = write(tmp_path / "model", NEW, rows)
    rows_of(model)
    found = look_up(AskToken(place=Place(model=model), id=0))
    assert [near.id for near in found.in_new] == [2, 4]
    assert look_up(AskToken(place=Place(model=model), id=1)).in_new == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sources": np.zeros(4, dtype=np.int8), "copied": np.zeros(4, dtype=np.int32)}, "different models"),
        ({"sources": np.full(5, 9, dtype=np.int8)}, "damaged"),
        ({"targets": None}, "damaged"),
        ({"source_names": np.array(["a", {}], dtype=object)}, "cannot be read"),
    ],
)
def test_that_damaged_rows_are_refused(place: Place, changes: dict[str, Any], words: str) -> None:
    rows_of(place.model, **changes)
    with pytest.raises(UserError, match=words):
        list_tokens(AskTokens(place=Place(model=place.model, max_bytes=1)))


def test_that_a_folder_without_a_transplant_is_refused(place: Place) -> None:
    assert place.base is not None
    with pytest.raises(UserError, match="a model that a transplant wrote"):
        list_tokens(AskTokens(place=Place(model=place.base)))
    with pytest.raises(UserError, match="There is no token 99"):
        look_up(AskToken(place=place, id=99))


def test_that_a_folder_written_anew_is_read_anew(place: Place) -> None:
    import os

    first = list_tokens(AskTokens(place=place)).counts
    rows_of(place.model, sources=np.zeros(5, dtype=np.int8))
    os.utime(place.model / ROWS, (1, 1))
    assert list_tokens(AskTokens(place=place)).counts != first


def test_that_no_torch_is_imported(place: Place) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from core.transplant.inspect.answers import look_up\n"
        "from core.transplant.inspect.request import AskToken, Place\n"
        f"look_up(AskToken(place=Place(model=Path({str(place.model)!r})), id=3))\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
