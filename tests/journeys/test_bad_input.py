"""What strangers' files and full disks do to a command: one clear sentence, exit code 2, nothing written."""

from __future__ import annotations

import json
import pickle
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file, save_file

from tests.journeys.conftest import Answer, Bench, Program

pytestmark = [pytest.mark.story, pytest.mark.timeout(300)]

Spoil = Callable[[Bench], list[object]]


def refused(answer: Answer, sentence: str) -> None:
    """Exit code 2, one JSON object, and the same sentence for a person; no trace of Python."""
    error = answer.json["error"]
    assert answer.code == 2, answer.err
    assert sentence in error["message"]
    assert "\n" not in error["message"]
    assert error["message"].endswith((".", "?"))
    assert "Traceback" not in answer.err
    last = answer.err.splitlines()[-1]
    assert last.startswith("lexigraft: ")
    assert last.endswith(error["message"])


def _copy(bench: Bench) -> Path:
    return Path(shutil.copytree(bench.base, bench.place / "copy"))


def _config(folder: Path, **changes: Any) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def _missing_config(bench: Bench) -> list[object]:
    folder = _copy(bench)
    (folder / "config.json").unlink()
    return ["--base", folder]


def _truncated_weights(bench: Bench) -> list[object]:
    folder = _copy(bench)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    return ["--base", folder]


def _pickled_weights(bench: Bench) -> list[object]:
    folder = _copy(bench)
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps({"model.embed_tokens.weight": [0.0]}))
    return ["--base", folder]


def _remote_code(bench: Bench) -> list[object]:
    folder = _copy(bench)
    _config(folder, auto_map={"AutoModelForCausalLM": "modeling_evil.Evil"})
    return ["--base", folder]


def _sizes_that_disagree(bench: Bench) -> list[object]:
    folder = _copy(bench)
    tensors = load_file(folder / "model.safetensors")
    tensors["model.embed_tokens.weight"] = tensors["model.embed_tokens.weight"][:-7].copy()
    save_file(tensors, folder / "model.safetensors")
    return ["--base", folder]


def _no_donor(bench: Bench) -> list[object]:
    shutil.copy(bench.target / "tokenizer.json", bench.place)
    return ["--target-tokenizer", bench.place / "tokenizer.json", "--method", "omp"]


def _donor_of_another_tokenizer(bench: Bench) -> list[object]:
    return ["--donor", bench.base, "--method", "omp"]


def _broken_tokenizer(bench: Bench) -> list[object]:
    (bench.place / "tokenizer.json").write_text('{"version": "1.0", "model": {"type": "BPE", "vocab": 3}}')
    return ["--target-tokenizer", bench.place / "tokenizer.json"]


def _text(content: bytes) -> Spoil:
    def write(bench: Bench) -> list[object]:
        (bench.place / "text.txt").write_bytes(content)
        return ["--text", bench.place / "text.txt"]

    return write


def _text_that_is_not_there(bench: Bench) -> list[object]:
    return ["--text", bench.place / "nowhere.txt"]


def _text_that_is_a_folder(bench: Bench) -> list[object]:
    return ["--text", bench.target]


def _occupied_folder(bench: Bench) -> list[object]:
    (bench.place / "letter.txt").write_text("Dear Nina")
    return ["--out", bench.place]


@pytest.mark.parametrize(
    ("spoil", "field", "sentence"),
    [
        (_missing_config, "base", "config.json"),
        (_truncated_weights, "base", "model.safetensors"),
        (_pickled_weights, "base", "pytorch_model.bin"),
        (_remote_code, "base", "auto_map"),
        (_sizes_that_disagree, "base", "313"),
        (_no_donor, "donor", "donor"),
        (_donor_of_another_tokenizer, "donor", "donor"),
        (_broken_tokenizer, "target_tokenizer", "tokenizer.json"),
        (_text(b""), "text", "text.txt holds no text"),
        (_text(b"caf\xe9 au lait\n"), "text", "text.txt"),
        (_text_that_is_not_there, "text", "nowhere.txt"),
        (_text_that_is_a_folder, "text", "target"),
        (_occupied_folder, "out", "place"),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else None,
)
def test_that_a_bad_input_of_a_transplant_is_one_sentence(
    spoil: Spoil, field: str, sentence: str, bench: Bench, command: Any
) -> None:
    out = bench.place / "out"
    changes = spoil(bench)
    before = sorted(bench.place.rglob("*"))
    answer = command(*bench.transplant("--text", bench.text, "--out", out, *changes, "--json"))
    refused(answer, sentence)
    assert answer.json["error"]["field"] == field
    assert sorted(bench.place.rglob("*")) == before


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "text.txt holds no text"), (b"\xff\xfe\xfa", "text.txt"), (b"Too short.", "text")],
)
def test_that_a_bad_text_to_train_on_is_one_sentence(
    content: bytes, sentence: str, bench: Bench, command: Any
) -> None:
    (bench.place / "text.txt").write_bytes(content)
    out = bench.place / "out"
    answer = command("train", "--text", bench.place / "text.txt", "--vocab-size", 300, "--out", out, "--json")
    refused(answer, sentence)
    assert sorted(bench.place.iterdir()) == [bench.place / "text.txt"]


def test_that_what_happens_before_the_engine_is_one_sentence_in_a_real_process_too(
    bench: Bench, program: Program
) -> None:
    """The same through the program's own door, where nothing of the test's process helps."""
    answer = program(*bench.transplant(*_pickled_weights(bench), "--out", bench.place / "out", "--json"))
    refused(answer, "pytorch_model.bin")


def test_that_a_project_of_a_newer_version_is_one_sentence(bench: Bench, command: Any) -> None:
    connection = sqlite3.connect(bench.project / "project.lexigraft")
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = '0042'")
    connection.close()
    refused(command(*bench.transplant("--project", bench.project, "--json")), "its version is 42")
    refused(command("runs", "list", "--project", bench.project, "--json"), "its version is 42")


def test_that_an_archive_that_leads_outside_is_one_sentence(bench: Bench, command: Any) -> None:
    archive = bench.place / "lab.lexigraft.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("../outside.txt", "out")
        packed.writestr("manifest.json", "{}")
    refused(command("project", "import", archive, bench.place / "into", "--json"), "'../outside.txt'")
    assert sorted(bench.place.iterdir()) == [archive]
    assert not (bench.place.parent / "outside.txt").exists()


# Disks


def _own_disks(script: str) -> list[str]:
    """A command line that runs another after `script`; its mounts are nobody else's, and end with it."""
    own = ["unshare", "--mount", "--map-root-user", "sh", "-ec"]
    try:
        subprocess.run([*own, "mount -t tmpfs tmpfs /tmp"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no mounts of its own for this test here (unshare): {getattr(error, 'stderr', error)}")
    return [*own, f'{script}\nexec "$@"', "-"]


def test_that_a_read_only_project_is_one_sentence(bench: Bench, program: Program) -> None:
    inside = _own_disks(
        f"mount --bind '{bench.project}' '{bench.project}'; mount -o remount,bind,ro '{bench.project}'"
    )
    answer = program(*bench.transplant("--project", bench.project, "--json"), inside=inside)
    refused(answer, "is read-only")
    listed = program("runs", "list", "--project", bench.project, "--json", inside=inside)
    assert (listed.code, listed.json["rows"]) == (0, [])


def test_that_a_full_disk_is_one_sentence(bench: Bench, program: Program) -> None:
    inside = _own_disks(f"mount -t tmpfs -o size=8k tmpfs '{bench.place}'")
    out = bench.place / "out"
    answer = program(*bench.transplant("--out", out, "--json"), inside=inside)
    refused(answer, "full")
    assert str(out) in answer.json["error"]["message"]


def test_that_a_project_on_a_full_disk_keeps_what_it_has(bench: Bench, program: Program) -> None:
    """The disk fills up while a checkpoint is written: the run fails in words, and is recorded as failed."""
    full = bench.place / "full"
    aftermath = bench.place.parent / "aftermath.json"
    inside = _own_disks(
        f"""
        mount -t tmpfs -o size=1m tmpfs '{bench.place}'
        cp -r '{bench.project}' '{full}'
        head -c 2m /dev/zero >'{bench.place}/filler' 2>/dev/null || truncate -s -200k '{bench.place}/filler'
        code=0
        "$@" || code=$?
        rm '{bench.place}/filler'
        {sys.executable} -m app runs list --project '{full}' --json >'{aftermath}'
        exit $code
        """
    )
    words = ["train", "--text", bench.text, "--vocab-size", 300, "--hidden-size", 64, "--steps", 2]
    words += ["--checkpoint-every", 0, "--out", bench.place.parent / "out", "--project", full, "--json"]
    refused(program(*words, inside=inside), "is full")
    assert not (bench.place.parent / "out").exists()
    (row,) = json.loads(aftermath.read_text())["rows"]
    assert row["status"] == "failed"
