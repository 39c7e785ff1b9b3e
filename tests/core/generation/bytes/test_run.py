"""The job of the next byte, through its door."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from core.errors import Cancelled, UserError
from core.generation.bytes.foretelling import Plain, conditioned_on_tokens
from core.generation.bytes.preview import preview
from core.generation.bytes.request import BytesRequest
from core.generation.bytes.result import BytesResult, likeliest, named, ranked, spelt, tail
from core.generation.bytes.run import bytes_
from core.generation.language.language_model import LanguageModel
from core.generation.language.opened import open_language_model
from core.jobs.context import Context, Control
from core.jobs.events import Partial, Progress

STARTER = Path(__file__).parents[4] / "resources" / "starter"
BPE, UNIGRAM = STARTER / "prose-bpe", STARTER / "prose-unigram"
PROMPT = "It was the best of tim"


def asked(tmp_path: Path, **fields: Any) -> tuple[BytesResult, list[dict[str, Any]]]:
    partials: list[dict[str, Any]] = []
    ctx = Context(
        seed=int(fields.pop("seed", 0)),
        workdir=tmp_path,
        send=lambda event: partials.append(event.data) if isinstance(event, Partial) else None,
    )
    request = BytesRequest(**{"models": [BPE], "prompt": PROMPT, **fields})
    return bytes_(request, ctx), partials


def test_that_a_prompt_that_is_too_long_is_told_in_tokens_of_the_whole(tmp_path: Path) -> None:
    prompt = "It was the best of times. " * 100
    tokens = len(open_language_model(BPE, Context(workdir=tmp_path)).encode(prompt))
    with pytest.raises(
        UserError, match=f"takes 128 tokens at once, and this text has at least {tokens - 1:,}"
    ):
        asked(tmp_path, prompt=prompt)


def test_that_two_models_foretell_side_by_side(tmp_path: Path) -> None:
    result, partials = asked(tmp_path, models=[BPE, UNIGRAM], write=6)
    assert [law.name for law in result.models] == ["prose-bpe", "prose-unigram"]
    assert result.next_byte == result.models[0].next_byte
    assert len(result.next_byte) == 256
    for law in result.models:
        assert sum(law.next_byte) + law.end == pytest.approx(1, abs=1e-9)
        assert law.plain is not None
        assert sum(law.plain) == pytest.approx(1, abs=1e-9)
        assert named(likeliest(law)) == "“e”"
        assert law.plain[ord("e")] < 0.2 < law.next_byte[ord("e")]
        assert law.canonical_log2 is not None
        assert law.log2_probability > law.canonical_log2
        assert law.evaluations <= 3
        assert law.characters[0].text == "e"
    assert [writing.text[:2] for writing in result.written] == ["e ", "e "]
    assert [part["model"] for part in partials if part["part"] == "law"] == [0, 1]
    streamed = [byte["byte"] for part in partials if part["part"] == "bytes" for byte in part["bytes"]]
    assert bytes(streamed) == "".join(writing.text for writing in result.written).encode()
    assert result.summary().startswith("After “It was the best of tim” the next byte is “e”")
    assert next(row[0] for row in result.tables()[0].rows) == "“e”"


def test_that_what_is_drawn_depends_on_the_seed_alone(tmp_path: Path) -> None:
    fields: dict[str, Any] = {"write": 12, "decoding": "sample"}
    first, again = (asked(tmp_path, seed=3, **fields)[0].written[0].text for _ in range(2))
    assert first == again
    other = asked(tmp_path, seed=4, **fields)[0].written[0].text
    assert other != first


def test_that_a_prompt_may_end_within_a_character(tmp_path: Path) -> None:
    result, _ = asked(tmp_path, prompt="", prompt_hex="61 20 63 61 66 c3", characters=16)
    law = result.models[0]
    assert law.plain is None
    assert law.tokens is None
    assert result.prompt == "a caf\ufffd"
    assert all(len(found.text) == 1 and ord(found.text) >= 0x80 for found in law.characters)
    assert "é" in {found.text for found in law.characters}
    assert law.characters[0].probability < 1


def test_that_every_spelling_gives_the_prompt_no_less(tmp_path: Path) -> None:
    own, _ = asked(tmp_path, prompt="It was the")
    every, _ = asked(tmp_path, prompt="It was the", convention="all", beam=32)
    assert every.log2_probability > own.log2_probability - 1e-5
    assert every.next_byte[ord(" ")] == pytest.approx(own.next_byte[ord(" ")], abs=0.02)


def test_that_it_begins_where_there_is_no_prompt(tmp_path: Path) -> None:
    result, _ = asked(tmp_path, prompt="")
    assert result.log2_probability == pytest.approx(0, abs=1e-9)
    assert sum(result.next_byte) > 0.9


def test_that_it_stops_when_told(tmp_path: Path) -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        bytes_(BytesRequest(models=[BPE], prompt=PROMPT), Context(workdir=tmp_path, control=control))


def test_that_a_stopped_run_gives_what_was_written_by_then(tmp_path: Path) -> None:
    control = Control()

    def hear(event: object) -> None:
        if isinstance(event, Progress) and event.stage.startswith("Writing") and event.done >= 5:
            control.cancel()

    request = BytesRequest(models=[BPE, BPE], prompt=PROMPT, write=10_000, decoding="sample")
    with pytest.raises(Cancelled) as stop:
        bytes_(request, Context(seed=3, workdir=tmp_path, control=control, send=hear))
    part = stop.value.result
    assert isinstance(part, BytesResult)
    assert [len(part.models), len(part.written)] == [1, 1]
    assert part.written[0].stopped == "cancelled"
    text = part.written[0].text
    assert len(part.written[0].bytes) == len(text.encode()) >= 5
    again, _ = asked(tmp_path, seed=3, write=len(text.encode()) + 3, decoding="sample")
    assert again.written[0].text.startswith(text)
    assert again.models[0].next_byte == part.next_byte


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"prompt": "a", "prompt_hex": "61"}, "two prompts"),
        ({"prompt": "", "prompt_hex": "6 1 g"}, "no hexadecimal"),
        ({"prompt": "", "prompt_hex": "61 ff"}, "no probability"),
        ({"prompt": "over and over " * 60}, "context"),
    ],
)
def test_that_what_cannot_be_read_is_refused(tmp_path: Path, fields: dict[str, str], words: str) -> None:
    with pytest.raises(UserError, match=words):
        asked(tmp_path, **fields)


def test_that_the_preview_says_where_the_prompt_ends() -> None:
    def note(**fields: Any) -> str:
        return preview(BytesRequest(models=[BPE], **fields)).notes.get("prompt", "")

    assert "within a word" in note(prompt=PROMPT)
    assert "space" in note(prompt="the ")
    assert "how texts begin" in note(prompt="")
    looked = preview(BytesRequest(models=[BPE, UNIGRAM], prompt=PROMPT))
    assert not looked.problems
    assert looked.memory_bytes
    assert looked.seconds
    half = preview(BytesRequest(models=[BPE], prompt_hex="c3"))
    assert "within a character" in half.notes["prompt_hex"]


def test_that_the_preview_finds_what_is_no_model(tmp_path: Path) -> None:
    problems = preview(BytesRequest(models=[tmp_path], prompt_hex="zz")).problems
    assert [problem.field for problem in problems] == ["models", "prompt_hex"]


def test_how_bytes_and_probabilities_are_spelt() -> None:
    assert [named(byte) for byte in (0x65, 0x20, 0x0A, 0xC3, 256)] == ["“e”", "“␣”", "“⏎”", "0xC3", "the end"]
    assert [spelt(p) for p in (1, 0.99991, 0.93, 0.00412, 3.21e-7, 0)] == [
        "1",
        ">0.999",
        "0.93",
        "0.00412",
        "3.2e-07",
        "0",
    ]
    assert tail("a\nb") == "a⏎b"
    assert math.isclose(len(tail("x" * 100)), 25)
    assert ranked([])[:2] == [0, 1]


def test_that_it_is_told_where_own_tokens_were_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def likelier(*asked: Any) -> Plain:
        return conditioned_on_tokens(*asked)._replace(log_probability=-1.0)

    monkeypatch.setattr("core.generation.bytes.run.conditioned_on_tokens", likelier)
    ctx = Context(workdir=tmp_path)
    bytes_(BytesRequest(models=[BPE], prompt=PROMPT), ctx)
    assert ["another way than the whole" in words for words in ctx.warnings] == [True]


def without_beginning(*asked: Any, **fields: Any) -> LanguageModel:
    model = open_language_model(*asked, **fields)
    model.begin = ()
    return model


def test_that_the_first_token_is_granted_where_nothing_stands_before_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.generation.bytes.run.open_language_model", without_beginning)
    ctx = Context(workdir=tmp_path)
    law = bytes_(BytesRequest(models=[BPE, UNIGRAM], prompt=PROMPT), ctx).models[0]
    assert ["taken for granted" in words for words in ctx.warnings] == [True, True]
    assert law.tokens is not None
    assert law.canonical_log2 is not None
    assert law.log2_probability >= law.canonical_log2 - 1e-3
    first, _ = asked(tmp_path, prompt=law.tokens[0])
    assert first.log2_probability == pytest.approx(0)
    assert sum(law.next_byte) + law.end == pytest.approx(1)
    with pytest.raises(UserError, match="at least one token"):
        asked(tmp_path, prompt="")


def test_that_a_second_job_finds_what_the_first_has_learnt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = asked(tmp_path)

    def anew(*asked: Any, **fields: Any) -> None:
        raise AssertionError

    monkeypatch.setattr("core.generation.covers.spelling.ByteTrie", anew)
    monkeypatch.setattr("core.generation.covers.spelling.Spelling", anew)
    again, _ = asked(tmp_path)
    assert again.next_byte == first.next_byte
