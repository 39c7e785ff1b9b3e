"""What is told of a model: the job, the command line and the line under a field."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.cli import main
from core.errors import UserError
from core.jobs.content_hash import content_hash
from core.models.describe import describe_model
from core.models.preview import model_note
from core.models.result import DescribeModelResult
from tests.core.models.checkpoints import llama, write_folder, write_json
from tests.core.tokenizers.files import BYTE_LEVEL, bpe, tokenizer, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = write_folder(tmp_path / "größer", llama(tied=True), shards=2, tie_word_embeddings=True)
    write(folder / "tokenizer.json", tokenizer(bpe({"a": 0, "b": 1}), decoder=BYTE_LEVEL))
    return folder


def test_that_a_model_is_described(folder: Path) -> None:
    result = describe_model(model=folder)
    assert result.model_dump(exclude={"seconds", "peak_memory_bytes", "files"}) == {
        "run": None,
        "warnings": [],
        "path": str(folder),
        "architecture": "LlamaForCausalLM",
        "family": "Llama",
        "causal": True,
        "parameters": 1_448,
        "hidden_size": 8,
        "vocab_size": 40,
        "tied": True,
        "dtype": "float32",
        "memory_bytes": 4 * 1_448,
        "layers": 2,
        "context": 32,
        "input_embedding": "model.embed_tokens.weight",
        "head": None,
        "other_vocabulary_tensors": [],
        "tokenizer": "byte-level BPE, 2 tokens",
        "bytes": sum(file.stat().st_size for file in folder.glob("*.safetensors")),
        "sha256": None,
    }
    assert [file.name for file in result.files] == sorted(file.name for file in folder.glob("*.safetensors"))
    assert result.summary() == (
        "Llama, 1.4 k parameters, vocabulary 40, width 8, 2 layers, context 32, tied, float32, "
        "5.8 kB in memory. Tokenizer: byte-level BPE, 2 tokens."
    )


def test_that_the_command_line_prints_one_object_with_the_published_keys(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "describe", str(folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    published = ("architecture", "parameters", "hidden_size", "vocab_size", "tied", "dtype", "memory_bytes")
    assert all(key in found for key in published)
    assert DescribeModelResult.model_validate(found) == describe_model(model=folder).model_copy(
        update={"seconds": found["seconds"], "peak_memory_bytes": found["peak_memory_bytes"]}
    )


def test_that_bad_input_is_exit_code_2_and_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "config.json").unlink()
    assert main(["models", "describe", str(folder)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        f"lexigraft: MODEL: {folder} is no model folder: it has no config.json."
    ]


def test_that_the_content_hash_is_that_of_its_files(folder: Path) -> None:
    result = describe_model(model=folder, content_hash=True)
    assert result.sha256 == content_hash(folder, "model")
    assert result.sha256 in result.summary()


def test_that_a_damaged_tokenizer_is_a_warning(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{", encoding="utf-8")
    result = describe_model(model=folder)
    assert result.tokenizer is None
    assert "tokenizer.json is no valid JSON" in result.warnings[0]


def test_that_what_is_in_the_way_of_a_graft_is_named(tmp_path: Path) -> None:
    tensors = llama() | {"model.embed_more.weight": llama()["lm_head.weight"].clone()}
    result = describe_model(model=write_folder(tmp_path / "a", tensors))
    assert result.summary().endswith("In the way of a graft: model.embed_more.weight.")


def test_that_a_note_is_one_line(folder: Path) -> None:
    assert model_note(folder) == "Llama, 1.4 k parameters, vocabulary 40"


def test_that_a_note_says_what_is_wrong_with_its_field(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        model_note(tmp_path, field="base")
    assert (error.value.field, str(tmp_path) in error.value.message) == ("base", True)


def test_that_neither_needs_torch_or_numpy(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from core.models.describe import describe_model; "
        "from core.models.preview import model_note; "
        f"folder = Path({str(folder)!r}); describe_model(model=folder); model_note(folder); "
        "print([name for name in ('torch', 'numpy', 'tokenizers', 'safetensors') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_that_a_note_reads_no_weights(folder: Path) -> None:
    """The numbers of a sparse file of 800 MB are described as quickly as those of a small one."""
    for file in folder.glob("model-*"):
        file.unlink()
    (folder / "model.safetensors.index.json").unlink()
    rows, width = 100_000, 4_096
    end = rows * width * 2
    header = json.dumps(
        {"model.embed_tokens.weight": {"dtype": "BF16", "shape": [rows, width], "data_offsets": [0, end]}}
    ).encode()
    with (folder / "model.safetensors").open("wb") as opened:
        opened.write(len(header).to_bytes(8, "little") + header)
        opened.truncate(8 + len(header) + end)
    write_json(folder / "config.json", {"architectures": ["LlamaForCausalLM"], "vocab_size": rows})
    assert model_note(folder) == "Llama, 410 M parameters, vocabulary 100,000"
