from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import Cancelled
from core.generation.generate.preview import preview
from core.generation.generate.request import GenerateRequest, first_tokens
from core.generation.generate.result import GenerationResult, same_bytes
from core.generation.generate.run import generate
from core.generation.language.language_model import LanguageModel
from core.generation.language.opened import open_language_model
from core.generation.result_parts import TokenRecord, Transcript
from core.jobs.context import Control
from core.jobs.events import Partial
from tests.core.generation.starters import STARTERS, context, passages, starter

PROMPT = "It was the best of tim"
BOTH = [starter(name) for name in STARTERS]
DRAWN: dict[str, Any] = {
    "strategy": {"kind": "sample"},
    "samplers": ["temperature t=0.9", "top-p p=0.95"],
}


def told(folder: Path, *, seed: int = 0, **fields: Any) -> tuple[GenerationResult, list[dict[str, Any]]]:
    """The result, and what was told before it."""
    fields = {"models": BOTH, "prompt": PROMPT, "max_bytes": 80, **fields}
    events: list[dict[str, Any]] = []

    def hear(event: object) -> None:
        if isinstance(event, Partial):
            events.append(event.data)

    result = generate(GenerateRequest(**fields), context(folder, seed=seed, send=hear))
    return result, events


def test_that_both_models_write_in_step_and_everything_is_kept(tmp_path: Path) -> None:
    result, events = told(tmp_path)
    assert result.models == list(STARTERS)
    assert [len(result.texts), len(result.tokens), len(result.logprobs)] == [2, 2, 2]
    for transcript in result.transcripts:
        check_tiles(transcript)
        assert 80 <= transcript.bytes < 100
        assert transcript.stopped == "length"
        assert all(len(token.alternatives) == 10 for token in transcript.tokens)
        drawn = [token for token in transcript.tokens if token.sampled is not None]
        assert all(token.rank == 0 for token in drawn[1:]), "greedy"
    assert result.same_bytes == same_bytes(result.texts) > 0
    assert f"for {result.same_bytes} bytes, then turns: “" in result.summary()
    lines = [json.loads(line) for line in Path(str(result.out)).read_text(encoding="utf-8").splitlines()]
    whole = sorted((Transcript.model_validate(line) for line in lines), key=lambda one: one.model)
    assert whole == result.transcripts
    assert {(line["name"], line["said"]) for line in lines} == {(name, PROMPT) for name in STARTERS}
    check_events(events, result)


def check_tiles(transcript: Transcript) -> None:
    """Records follow each other through the whole text."""
    at = 0
    for token in transcript.tokens:
        assert token.start == at
        at = token.end
    assert at == transcript.bytes == len(transcript.text.encode())


def check_events(events: list[dict[str, Any]], result: GenerationResult) -> None:
    """What streams, joined, is what is kept."""
    assert events[0]["part"] == "begun"
    assert [(one["model"], one["prompt"], one["sample"]) for one in events[0]["transcripts"]] == [
        (one.model, one.prompt, one.sample) for one in result.transcripts
    ]
    texts, records = [""] * len(result.texts), [list[TokenRecord]() for _ in result.texts]
    for event in events[1:]:
        for number, text in event.get("texts", []):
            texts[number] += text
        for number, record in event.get("tokens", []):
            records[number].append(TokenRecord.model_validate(record))
    assert texts == result.texts
    assert [tuple(some) for some in records] == [one.tokens for one in result.transcripts]
    ended = {event["transcript"]: event["stopped"] for event in events if event["part"] == "ended"}
    assert ended == {number: one.stopped for number, one in enumerate(result.transcripts)}


def test_that_the_same_seed_writes_the_same_alone_or_among_others(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("\n\n".join([PROMPT, *passages(2)]) + "\n", encoding="utf-8")
    among, events = told(tmp_path, seed=3, prompts=prompts, samples=6, max_bytes=40, **DRAWN)
    assert len(among.transcripts) == 2 * 3 * 6
    assert len(among.prompts) == 3
    check_events(events, among.model_copy(update={"transcripts": among.transcripts}))
    by_place = {(one.model, one.prompt, one.sample): one.text for one in among.transcripts}
    alone, _ = told(tmp_path, seed=3, models=BOTH[1:], samples=2, max_bytes=40, **DRAWN)
    assert alone.texts == [by_place[1, 0, 0], by_place[1, 0, 1]]
    again, _ = told(tmp_path, seed=3, samples=2, max_bytes=40, **DRAWN)
    assert [again.texts[0], again.texts[1]] == [by_place[0, 0, 0], by_place[0, 0, 1]]
    other, _ = told(tmp_path, seed=4, samples=2, max_bytes=40, **DRAWN)
    assert other.texts != again.texts
    assert len(set(by_place.values())) > 30


def test_that_alternatives_of_many_texts_are_only_in_the_file(tmp_path: Path) -> None:
    out = tmp_path / "all.jsonl"
    result, events = told(
        tmp_path, models=BOTH[:1], samples=17, max_bytes=8, out=out, alternatives=3, **DRAWN
    )
    assert not any(token.alternatives for one in result.transcripts for token in one.tokens)
    check_events(events, result)
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 17
    assert all(len(token["alternatives"]) == 3 for line in lines for token in line["tokens"])


@pytest.mark.parametrize("boundary", ["plain", "healing", "exact"])
def test_that_a_branch_at_its_own_token_writes_the_same_text(boundary: str, tmp_path: Path) -> None:
    fields: dict[str, Any] = {"boundary": boundary, **DRAWN}
    whole, _ = told(tmp_path, seed=1, **fields)
    for place, transcript in enumerate(whole.transcripts):
        ids = [token.id for token in transcript.tokens[:5]]
        forced = ["", ""]
        forced[place] = " ".join(map(str, transcript.prefix)) + " | " + " ".join(map(str, ids))
        branch, _ = told(tmp_path, seed=1, forced=forced, **fields)
        assert branch.texts == whole.texts
        assert branch.transcripts[place].prefix == transcript.prefix
        for token, other in zip(branch.transcripts[place].tokens, transcript.tokens, strict=True):
            assert (token.id, token.start, token.end) == (other.id, other.start, other.end)
            assert token.logprob == pytest.approx(other.logprob, abs=1e-4)
            assert token.rank == other.rank


def test_that_first_tokens_follow_the_prompt(tmp_path: Path) -> None:
    result, _ = told(tmp_path, models=BOTH[:1], prompt="It was", boundary="plain", forced=["265 281"])
    assert result.tokens[0][:2] == [265, 281]
    assert result.transcripts[0].tokens[0].sampled is None
    assert result.transcripts[0].tokens[0].logprob is not None


def test_that_what_is_healed_begins_with_the_prompts_last_token(tmp_path: Path) -> None:
    plain, _ = told(tmp_path, boundary="plain")
    healed, _ = told(tmp_path, boundary="healing")
    for one, other in zip(plain.transcripts, healed.transcripts, strict=True):
        assert other.prefix == one.prefix[:-1]
        check_tiles(other)
    assert healed.texts[0].startswith("e ")


def test_that_exactly_no_half_word_is_left_alone(tmp_path: Path) -> None:
    result, _ = told(tmp_path)
    assert all(text.startswith("e ") for text in result.texts), "tim → time, as both tokenizers have it"
    assert not result.warnings


def test_that_a_stop_string_ends_the_text_across_tokens(tmp_path: Path) -> None:
    free, _ = told(tmp_path)
    text = free.texts[0]
    tokens = free.transcripts[0].tokens
    border = tokens[6].end
    stop = text.encode()[border - 2 : border + 2].decode()
    cut, events = told(tmp_path, stop=[stop])
    first = cut.transcripts[0]
    assert first.text == text[: text.index(stop)]
    assert first.stopped == "stop"
    check_tiles(first)
    check_events(events, cut)


def test_that_limits_of_tokens_and_context_end_a_text(tmp_path: Path) -> None:
    few, _ = told(tmp_path, max_tokens=3, max_bytes=None, boundary="plain")
    assert [len(ids) for ids in few.tokens] == [3, 3]
    full, _ = told(tmp_path, models=BOTH[:1], max_bytes=None, boundary="plain", alternatives=0)
    (transcript,) = full.transcripts
    assert (transcript.stopped, len(transcript.prefix) + len(transcript.tokens)) == ("context", 129)


@pytest.mark.parametrize("strategy", ["beam", "contrastive"])
@pytest.mark.parametrize("boundary", ["healing", "exact"])
def test_that_every_strategy_keeps_to_prompts_stops_and_limits(
    strategy: str, boundary: str, tmp_path: Path
) -> None:
    result, events = told(tmp_path, strategy={"kind": strategy}, boundary=boundary, max_bytes=30, stop=[", "])
    check_events(events, result)
    for transcript in result.transcripts:
        check_tiles(transcript)
        assert ", " not in transcript.text
        assert transcript.stopped in ("stop", "length")


def test_that_an_empty_prompt_begins_a_text(tmp_path: Path) -> None:
    result, _ = told(tmp_path, prompt="", **DRAWN)
    for transcript in result.transcripts:
        check_tiles(transcript)
        assert transcript.prefix == (transcript.prefix[0],)
        assert not transcript.text.startswith(" ")


def test_that_stop_is_heard_at_the_next_token(tmp_path: Path) -> None:
    control = Control()
    heard = 0

    def hear(event: object) -> None:
        nonlocal heard
        if isinstance(event, Partial) and event.data["part"] == "tokens":
            heard += len(event.data["tokens"])
            control.cancel()

    request = GenerateRequest(models=BOTH, prompt=PROMPT, max_bytes=5_000, boundary="plain")
    with pytest.raises(Cancelled) as stop:
        generate(request, context(tmp_path, send=hear, control=control))
    assert heard == 1
    assert isinstance(stop.value.result, GenerationResult)
    assert sum(len(tokens) for tokens in stop.value.result.tokens) == 1


def stopped(folder: Path, *, after: int, **fields: Any) -> GenerationResult:
    """What a generation gives that is stopped once so many tokens were told."""
    control, heard = Control(), 0

    def hear(event: object) -> None:
        nonlocal heard
        if isinstance(event, Partial) and event.data["part"] == "tokens":
            heard += len(event.data["tokens"])
            if heard >= after:
                control.cancel()

    request = GenerateRequest(**{"models": BOTH, "prompt": PROMPT, "max_bytes": 5_000, **fields})
    with pytest.raises(Cancelled) as stop:
        generate(request, context(folder, seed=3, send=hear, control=control))
    assert isinstance(stop.value.result, GenerationResult)
    return stop.value.result


@pytest.mark.parametrize("fields", [{}, DRAWN, {**DRAWN, "samples": 3}])
def test_that_a_stopped_text_is_where_the_same_seed_goes_on(fields: dict[str, Any], tmp_path: Path) -> None:
    part = stopped(tmp_path / "part", after=20, out=tmp_path / "out.jsonl", **fields)
    whole, _ = told(tmp_path, seed=3, **{"max_bytes": 120, **fields})
    assert sum(len(tokens) for tokens in part.tokens) >= 20
    for one in part.transcripts:
        check_tiles(one)
        assert one.stopped == "cancelled"
        other = next(t for t in whole.transcripts if (t.model, t.sample) == (one.model, one.sample))
        assert other.text.startswith(one.text)
        assert [token.id for token in other.tokens[: len(one.tokens)]] == [token.id for token in one.tokens]
        assert one.prefix == other.prefix
    assert {one.model for one in part.transcripts} == {0, 1}
    assert part.summary().endswith("when they were stopped.")
    assert part.out is None
    assert not list(tmp_path.glob("out.jsonl*"))


def test_that_nothing_is_given_where_nothing_was_written(tmp_path: Path) -> None:
    control = Control()
    request = GenerateRequest(models=BOTH, prompt=PROMPT)
    with pytest.raises(Cancelled) as stop:
        generate(request, context(tmp_path, send=lambda event: control.cancel(), control=control))
    assert stop.value.result is None


def test_that_words_tell_where_two_texts_part() -> None:
    def result(*texts: str) -> GenerationResult:
        transcripts = [
            Transcript(model=number, text=text, stopped="length", bytes=len(text.encode()))
            for number, text in enumerate(texts)
        ]
        return GenerationResult(
            models=["base", "graft", "third"][: len(texts)],
            prompts=[""],
            transcripts=transcripts,
            texts=list(texts),
            tokens=[[] for _ in texts],
            logprobs=[[] for _ in texts],
            tokens_per_second=[0.0 for _ in texts],
            same_bytes=same_bytes(list(texts)),
        )

    assert result("the lamp was", "the man was").summary() == (
        "graft says the same as base for 4 bytes, then turns: “lamp” became “man”."
    )
    assert result("Ünd so", "Ünd").summary().endswith("for 4 bytes, then turns: a space became the end.")
    assert result("so", "so").summary() == "Both models say the same, 2 bytes."
    assert result("ab", "ac", "ad").summary() == "All 3 models say the same for 1 byte, then they part."
    assert result("lamp", "man").summary() == "graft parts from base at once: “lamp” became “man”."
    assert result("a", "b", "c").summary() == "All 3 models part at once."


def test_that_first_tokens_are_read_with_and_without_the_prompts() -> None:
    assert first_tokens("1 2 | 3") == ([1, 2], [3])
    assert first_tokens("7") == (None, [7])
    assert first_tokens(" | 7") == ([], [7])


def test_that_a_terminal_shows_the_texts(tmp_path: Path) -> None:
    few, _ = told(tmp_path)
    for table, transcript in zip(few.tables(), few.transcripts, strict=True):
        assert [row[0] for row in table.rows] == transcript.text.split("\n")
    many, _ = told(tmp_path, models=BOTH[:1], samples=9, **DRAWN)
    (table,) = many.tables()
    assert [row[2] for row in table.rows] == list(range(9))


def test_that_python_may_ask_without_a_request() -> None:
    result = generate(models=BOTH[:1], prompt=PROMPT, max_bytes=10, seed=1, **DRAWN)
    assert result.texts[0]
    assert result.out is None


def test_that_a_preview_tells_cost_and_what_has_no_effect() -> None:
    found = preview(GenerateRequest(models=BOTH, prompt=PROMPT, samplers=["top-k k=3", "repetition"]))
    assert not found.problems
    assert found.notes["models"] == "Both: Llama, 5.3 M parameters, vocabulary 8,192"
    assert "whatever top-k does" in found.notes["samplers"]
    assert found.memory_bytes is not None
    assert found.seconds is not None


def test_that_the_first_token_is_granted_where_nothing_stands_before_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_beginning(*asked: Any, **fields: Any) -> LanguageModel:
        model = open_language_model(*asked, **fields)
        model.begin = ()
        return model

    monkeypatch.setattr("core.generation.generate.run.open_language_model", without_beginning)
    ctx = context(tmp_path)
    request = GenerateRequest(models=BOTH[:1], prompt=PROMPT, max_bytes=20, boundary="exact")
    text = generate(request, ctx).texts[0]
    assert text.startswith("e")
    assert ["taken for granted" in words for words in ctx.warnings] == [True]
