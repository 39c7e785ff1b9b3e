"""The Python door of a job."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, Field

from core.errors import UserError
from core.jobs.context import Context
from core.jobs.registry import JobKind, declare, job, job_kind
from core.jobs.request import Request, Result, input_paths, open_outputs, passing_outputs


class WriteRequest(Request):
    word: str = "w"
    read: list[Path] = Field(default_factory=list, json_schema_extra={"input": "text"})
    base: Path | None = Field(None, json_schema_extra={"input": "model"})
    out: Path | None = Field(None, json_schema_extra={"output": "file"})


class WriteResult(Result):
    out: str
    seed: int
    device: str


def declared(kind: str, *, recorded: bool) -> JobKind:
    return declare(
        JobKind(
            kind=kind,
            title="Write",
            summary="Writes.",
            request=WriteRequest,
            result=WriteResult,
            run=f"{__name__}:write",
            command=(kind,),
            recorded=recorded,
        )
    )


def _write(request: WriteRequest, ctx: Context) -> WriteResult:
    out = request.out or ctx.artifact("out.txt")
    out.write_text(request.word)
    if request.word == "bad":
        raise UserError("Say something better.", field="word")
    ctx.warn("Written.")
    return WriteResult(out=str(out), seed=ctx.seed, device=ctx.device)


WRITE = declared("registry-write", recorded=True)
ASK = declared("registry-ask", recorded=False)
write = job(WRITE)(_write)
ask = job(ASK)(_write)


def test_that_a_job_is_called_with_fields_with_a_request_or_with_a_context(tmp_path: Path) -> None:
    out = tmp_path / "a.txt"
    assert write(word="x", out=out, device="cpu").out == str(out)
    assert write(WriteRequest(word="y", out=out), device="cpu").out == str(out)
    assert out.read_text() == "y"
    ctx = Context(seed=3, device="cpu", workdir=tmp_path)
    assert write(WriteRequest(), ctx).out == str(tmp_path / "out.txt")


def test_that_a_call_from_python_is_seeded_measured_and_warned() -> None:
    result = ask(seed=9, device="cpu")
    assert (result.seed, result.device, result.warnings) == (9, "cpu", ["Written."])
    assert result.peak_memory_bytes > 0
    assert result.seconds > 0


def test_that_a_result_worth_keeping_needs_a_place() -> None:
    with pytest.raises(UserError, match="Say where to write with out=…") as refused:
        write(word="x")
    assert refused.value.field == "out"


def test_that_errors_reach_a_python_caller_as_they_are(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Say something better"):
        write(word="bad", out=tmp_path / "a.txt")
    with pytest.raises(UserError, match="There is no device"):
        write(out=tmp_path / "a.txt", device="abacus")


def test_that_a_request_and_fields_are_not_mixed(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="not both: word"):
        write(WriteRequest(out=tmp_path / "a.txt"), word="x")


def test_that_a_kind_is_declared_once_and_an_unknown_one_is_refused() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        declare(WRITE)
    with pytest.raises(UserError, match="There is no job called 'juggle'"):
        job_kind("juggle")


def test_that_a_request_tells_what_it_reads_and_where_it_does_not_say_to_write() -> None:
    request = WriteRequest(read=[Path("a"), Path("b")], base=Path("m"))
    assert input_paths(request) == [
        ("read", "text", Path("a")),
        ("read", "text", Path("b")),
        ("base", "model", Path("m")),
    ]
    assert open_outputs(request) == ["out"]
    assert open_outputs(WriteRequest(out=Path("o"))) == []


def test_that_what_a_model_within_reads_is_told_too() -> None:
    class Way(BaseModel):
        vectors: Path | None = Field(None, json_schema_extra={"input": "file"})

    class Wayward(Request):
        way: Way = Way()

    assert input_paths(Wayward()) == []
    assert input_paths(Wayward(way=Way(vectors=Path("v")))) == [("way.vectors", "file", Path("v"))]


def test_that_what_is_only_sometimes_written_needs_a_place_only_then() -> None:
    class Sometimes(Request):
        keep: bool = False
        out: Path | None = Field(None, json_schema_extra={"output": "folder", "when": {"keep": True}})

    assert open_outputs(Sometimes()) == []
    assert open_outputs(Sometimes(keep=True)) == ["out"]


def test_that_what_need_not_be_kept_needs_no_place() -> None:
    class Beside(Request):
        out: Path | None = Field(None, json_schema_extra={"output": "folder", "optional": True})

    assert open_outputs(Beside()) == []
    assert passing_outputs(Beside()) == ["out"]
    assert passing_outputs(Beside(out=Path("o"))) == []


def test_that_what_a_list_of_models_reads_is_told_too() -> None:
    class Way(BaseModel):
        vectors: Path | None = Field(None, json_schema_extra={"input": "file"})

    class Ways(Request):
        ways: list[Way] = Field(default_factory=list)

    assert input_paths(Ways(ways=[Way(vectors=Path("a")), Way()])) == [("ways.vectors", "file", Path("a"))]
