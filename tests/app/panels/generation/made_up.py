"""Generations that nobody computed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.generation.generate.result import GenerationResult, same_bytes
from core.generation.result_parts import Alternative, TokenRecord, Transcript

PROMPT = "It was the best of tim"
FIRST = ["es", ",", " it", " was", " the", " worst", " of", " times", "."]
SECOND = ["e", "s,", " it was", " the", " age", " of", " wisdom"]
MODELS = ["/models/prose-bpe", "/models/prose-unigram"]


def records(pieces: Sequence[str], cost: float = 2.0) -> tuple[TokenRecord, ...]:
    """Each costs so many bits, the third of them 7; each might have been one of two others."""
    made, at = [], 0
    for number, piece in enumerate(pieces):
        bits = 7.0 if number == 2 else cost
        made.append(
            TokenRecord(
                id=100 + number,
                text=piece.replace(" ", "␣"),
                start=at,
                end=at + len(piece.encode()),
                logprob=-bits * math.log(2),
                rank=0,
                entropy=3.0,
                alternatives=(
                    Alternative(id=100 + number, text=piece.replace(" ", "␣"), logprob=-bits * math.log(2)),
                    Alternative(id=7, text="␣lamp", logprob=math.log(0.125)),
                    Alternative(id=8, text="␣man", logprob=math.log(0.0625)),
                ),
            )
        )
        at += len(piece.encode())
    return tuple(made)


def transcript(model: int, pieces: Sequence[str], prompt: int = 0, sample: int = 0) -> Transcript:
    tokens = records(pieces)
    text = "".join(pieces)
    return Transcript(
        model=model,
        prompt=prompt,
        sample=sample,
        text=text,
        tokens=tokens,
        stopped="length",
        prefix=(1, 2, 3),
        bits=sum(-(token.logprob or 0.0) for token in tokens) / math.log(2),
        bytes=len(text.encode()),
        seconds=0.5,
        tokens_per_second=212.0,
    )


def result(
    transcripts: Sequence[Transcript] | None = None, prompts: Sequence[str] = (PROMPT,)
) -> GenerationResult:
    found = list(transcripts or [transcript(0, FIRST), transcript(1, SECOND)])
    first = [one.text for one in found if one.prompt == one.sample == 0]
    return GenerationResult(
        models=["prose-bpe", "prose-unigram", "c", "d"][: 1 + max(one.model for one in found)],
        prompts=list(prompts),
        transcripts=found,
        texts=[one.text for one in found],
        tokens=[[token.id for token in one.tokens] for one in found],
        logprobs=[[token.logprob for token in one.tokens] for one in found],
        tokens_per_second=[one.tokens_per_second for one in found],
        same_bytes=same_bytes(first) if len(first) > 1 else 0,
        seconds=1.5,
    )
