"""A folder that appears whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import Cancelled, UserError
from core.output import check_output, holds_tokenizer, new_folder

MODEL = {"config.json": "{}", "model.safetensors": "old"}


def filled(folder: Path, files: dict[str, str] = MODEL) -> Path:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def contents(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8")
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def failing(out: Path, error: BaseException) -> None:
    """Raise `error` with the new folder half written."""
    with new_folder(out, replace=True) as folder:
        (folder / "config.json").write_text("half", encoding="utf-8")
        raise error


def refused(out: Path, **settings: object) -> str:
    with pytest.raises(UserError) as error:
        check_output(out, **settings)  # type: ignore[arg-type]
    assert error.value.field == "out"
    return error.value.message


# How it goes well


@pytest.mark.parametrize("name", ["new", "größer und 大", "[a]*?"])
def test_that_a_new_folder_appears_with_everything_in_it(tmp_path: Path, name: str) -> None:
    out = tmp_path / "deep" / name
    with new_folder(out) as folder:
        (folder / "a.txt").write_text("a", encoding="utf-8")
        assert not out.exists()
    assert contents(out) == {"a.txt": "a"}
    assert [path.name for path in out.parent.iterdir()] == [name]


def test_that_an_empty_folder_is_filled(tmp_path: Path) -> None:
    with new_folder(filled(tmp_path / "out", {})) as folder:
        (folder / "a.txt").write_text("a", encoding="utf-8")
    assert contents(tmp_path) == {"out/a.txt": "a"}


def test_that_a_model_is_replaced_and_its_old_files_go(tmp_path: Path) -> None:
    with new_folder(filled(tmp_path / "out"), replace=True) as folder:
        (folder / "config.json").write_text("new", encoding="utf-8")
        assert contents(tmp_path / "out") == MODEL
    assert contents(tmp_path) == {"out/config.json": "new"}


def test_that_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(filled(tmp_path / "real"))
    with new_folder(tmp_path / "link", replace=True) as folder:
        (folder / "config.json").write_text("new", encoding="utf-8")
    assert (tmp_path / "link").is_symlink()
    assert contents(tmp_path / "real") == {"config.json": "new"}


# How it goes wrong


@pytest.mark.parametrize("error", [Cancelled(), RuntimeError("a fault"), KeyboardInterrupt()])
def test_that_whatever_ends_it_leaves_what_was_there(tmp_path: Path, error: BaseException) -> None:
    out = filled(tmp_path / "out")
    with pytest.raises(type(error)):
        failing(out, error)
    assert contents(tmp_path) == {f"out/{name}": text for name, text in MODEL.items()}


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "The disk became full while .*out was written; nothing of it is left"),
        (errno.EROFS, "its disk is read-only"),
        (errno.EACCES, "permission denied"),
        (errno.EIO, "cannot be written: input/output error"),
    ],
)
def test_that_a_disk_that_fails_is_a_sentence_and_leaves_nothing(
    tmp_path: Path, number: int, reason: str
) -> None:
    with pytest.raises(UserError, match=reason):
        failing(tmp_path / "out", OSError(number, os.strerror(number)))
    assert list(tmp_path.iterdir()) == []


def test_that_a_folder_that_cannot_be_put_in_place_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = filled(tmp_path / "out")
    rename = Path.rename

    def fails_for_new(self: Path, target: Path) -> Path:
        if ".partial-" in self.name:
            raise OSError(errno.EIO, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails_for_new)
    with pytest.raises(UserError), new_folder(out, replace=True) as folder:
        (folder / "config.json").write_text("new", encoding="utf-8")
    assert contents(tmp_path) == {f"out/{name}": text for name, text in MODEL.items()}


KILLED = """
import os, signal, sys
from pathlib import Path
from core.output import new_folder
with new_folder(Path(sys.argv[1]), replace=True) as folder:
    (folder / "config.json").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_that_a_kill_leaves_the_old_folder_and_a_rest_that_the_next_writer_removes(tmp_path: Path) -> None:
    out = filled(tmp_path / "out")
    done = subprocess.run([sys.executable, "-c", KILLED, str(out)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert contents(out) == MODEL
    assert [path.name.partition("-")[0] for path in tmp_path.iterdir() if path != out] == ["out.partial"]
    with new_folder(tmp_path / "out", replace=True) as folder:
        (folder / "config.json").write_text("new", encoding="utf-8")
    assert contents(tmp_path) == {"out/config.json": "new"}


def test_that_the_rest_of_a_writer_that_still_works_is_left_alone(tmp_path: Path) -> None:
    with new_folder(tmp_path / "out") as one:
        (one / "a.txt").write_text("one", encoding="utf-8")
        with new_folder(tmp_path / "out") as other:
            (other / "a.txt").write_text("other", encoding="utf-8")
            assert one.is_dir()
        shutil.rmtree(tmp_path / "out")
    assert contents(tmp_path) == {"out/a.txt": "one"}


# What is refused before


def test_that_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    assert "is not empty; choose another folder, or ask for it to be replaced" in refused(
        filled(tmp_path / "out")
    )


def test_that_only_a_model_is_ever_replaced(tmp_path: Path) -> None:
    out = filled(tmp_path / "home", {"letters.txt": "dear"})
    assert "holds no model, so it is not replaced" in refused(out, replace=True)


def test_that_a_folder_that_holds_what_is_read_is_not_replaced(tmp_path: Path) -> None:
    out = filled(tmp_path / "out")
    base = filled(out / "base")
    assert "which is read, lies inside it" in refused(out, replace=True, sources=[base])
    check_output(base, replace=True, sources=[base])  # over itself: all is read before it goes


def test_that_a_file_is_no_place_for_a_folder(tmp_path: Path) -> None:
    file = filled(tmp_path / "a") / "config.json"
    assert "is a file; choose a new or empty folder" in refused(file)
    assert "is a file, so that no folder can be made in it" in refused(file / "out")


def test_that_a_place_that_may_not_be_written_to_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert refused(tmp_path / "deep" / "out") == f"{tmp_path} may not be written to: permission denied."


def test_that_too_little_room_is_refused_with_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil._ntuple_diskusage  # type: ignore[attr-defined]
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 9 * 10**8, 10**8))
    check_output(tmp_path / "out", needed=95_000_000)
    message = refused(tmp_path / "out", needed=100_000_000)
    assert "it needs 105.0 MB, and 100.0 MB are free" in message


def test_that_a_tokenizer_replaces_a_tokenizer_and_never_a_model(tmp_path: Path) -> None:
    out = filled(tmp_path / "out", {"tokenizer.json": "{}"})
    with new_folder(out, replace=True, holds=holds_tokenizer, what="tokenizer") as folder:
        (folder / "tokenizer.json").write_text("new", encoding="utf-8")
    assert contents(out) == {"tokenizer.json": "new"}
    for others in (MODEL, {"model.safetensors": "weights"}, {"notes.txt": "mine"}):
        there = filled(tmp_path / f"out-{len(others)}-{min(others)}", others | {"tokenizer.json": "{}"})
        if "notes.txt" in others:
            (there / "tokenizer.json").unlink()
        with pytest.raises(UserError, match="holds no tokenizer, so it is not replaced"):
            check_output(there, replace=True, holds=holds_tokenizer, what="tokenizer")
