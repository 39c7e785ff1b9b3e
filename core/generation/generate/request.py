"""What a generation is asked for."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, field_validator

from core.generation.fields import Boundary, Models, NumberType, Prompt
from core.generation.samplers import AnySampler
from core.generation.strategies import AnyStrategy
from core.generation.strategies.greedy import Greedy
from core.jobs.request import Request


class GenerateRequest(Request):
    """Let one to four models write on from a prompt, side by side, and record what each thinks of it.

    To branch off a transcript at its token i, ask for the same with `forced` (of that model; the others'
    empty): ``" ".join(prefix) | " ".join(ids of the tokens before i, then the other id)``. The bar makes it
    exact also where the first token begins within the prompt.
    """

    models: Models
    prompt: Prompt = ""
    strategy: AnyStrategy = Field(Greedy(), title="Decoding", description="How the next token is chosen.")
    samplers: list[AnySampler] = Field(
        [],
        title="Samplers",
        description="Applied one after the other; for instance temperature t=0.8, then top-p p=0.9.",
        json_schema_extra={"also": "sampler", "editor": "samplers"},
    )
    max_bytes: int | None = Field(
        256,
        ge=1,
        le=1_000_000,
        title="Length",
        description="Every model writes about so many bytes.",
        json_schema_extra={"unit": "bytes", "none": "no limit"},
    )
    max_tokens: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        title="Tokens",
        description="Or at most so many tokens.",
        json_schema_extra={"advanced": True, "none": "no limit"},
    )
    stop: list[str] = Field(
        [],
        title="Stop at",
        description="Writing ends before the first of these.",
        json_schema_extra={"advanced": True},
    )
    boundary: Boundary = "exact"
    prompts: Path | None = Field(
        None,
        title="File of prompts",
        description="In place of the prompt: a text file with one a line, or JSON Lines with “prompt”.",
        json_schema_extra={"input": "text", "advanced": True, "none": "none"},
    )
    samples: int = Field(
        1,
        ge=1,
        le=64,
        title="Samples",
        description="How many texts each model writes.",
        json_schema_extra={"advanced": True},
    )
    chat: bool = Field(
        False,
        title="As a chat",
        description="The prompt is what a user says, laid out by the model's chat template.",
        json_schema_extra={"advanced": True},
    )
    system: str = Field(
        "",
        title="System message",
        description="Stands before the chat.",
        json_schema_extra={"advanced": True},
    )
    alternatives: int = Field(
        10,
        ge=0,
        le=100,
        title="Alternatives",
        description="How many are kept of what might have stood in each token's place.",
        json_schema_extra={"advanced": True},
    )
    forced: list[str] = Field(
        [],
        title="First tokens",
        description="One a model: the numbers of the tokens that it begins with, spaces between them; "
        "before a bar (|), those of the prompt in place of its own.",
        json_schema_extra={"advanced": True},
    )
    dtype: NumberType = "auto"
    out: Path | None = Field(
        None,
        title="Output file",
        description="Where to write all transcripts, token by token (JSON Lines).",
        json_schema_extra={"output": "file", "optional": True, "advanced": True},
    )

    @field_validator("stop")
    @classmethod
    def _says_something(cls, value: list[str]) -> list[str]:
        if "" in value:
            raise ValueError("an empty string is everywhere; say where to stop, or nothing")
        return value

    @field_validator("forced")
    @classmethod
    def _are_numbers(cls, value: list[str]) -> list[str]:
        for line in value:
            first_tokens(line)
        return value


def first_tokens(line: str) -> tuple[list[int] | None, list[int]]:
    """What a line of `GenerateRequest.forced` says: the prompt's tokens, if it does, and the first ones.

    Raises:
        ValueError: it is something else than numbers and at most one bar; a sentence.
    """
    before, bar, after = line.rpartition("|")
    words = (before.split(), after.split())
    if not all(word.isascii() and word.isdigit() for word in (*words[0], *words[1])):
        raise ValueError(f"{line!r} is no list of token numbers, such as 12 7 | 130")
    ids = [[int(word) for word in some] for some in words]
    return (ids[0] if bar else None), ids[1]
