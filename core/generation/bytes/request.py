"""What is asked about the next byte."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from core.errors import UserError
from core.generation.fields import Beam, Convention, Models, NumberType, Prompt
from core.jobs.request import Request


class BytesRequest(Request):
    """Foretell the next byte after a prompt, with one to four models, and write on byte by byte."""

    models: Models
    prompt: Prompt = ""
    write: int = Field(
        0,
        ge=0,
        le=100_000,
        title="Write on",
        description="So many bytes at most, one by one; 0: the next one is only foretold.",
        json_schema_extra={"unit": "bytes"},
    )
    decoding: Literal["greedy", "sample"] = Field(
        "greedy",
        title="Decoding",
        description="Greedy: always the likeliest byte. Sampling: drawn by its probability.",
        json_schema_extra={"labels": {"greedy": "Greedy", "sample": "Sampling"}, "advanced": True},
    )
    convention: Convention = "valid"
    beam: Beam = 64
    characters: int = Field(
        8,
        ge=0,
        le=64,
        title="Characters",
        description="How many of the likeliest whole characters are told.",
        json_schema_extra={"advanced": True},
    )
    prompt_hex: str = Field(
        "",
        title="Prompt as bytes",
        description="In place of the prompt, in hexadecimal: it may end within a character (63 61 66 c3).",
        json_schema_extra={"advanced": True},
    )
    dtype: NumberType = "auto"


def prompt_bytes(request: BytesRequest) -> bytes:
    """The prompt's bytes.

    Raises:
        UserError: the hexadecimal ones are none, or both prompts are given.
    """
    if not request.prompt_hex.strip():
        return request.prompt.encode()
    if request.prompt:
        raise UserError(
            "There are two prompts: leave one out, as text or as bytes.",
            field="prompt_hex",
        )
    try:
        return bytes.fromhex(request.prompt_hex)
    except ValueError:
        raise UserError(
            "The prompt as bytes is no hexadecimal: write two of 0-9 and a-f a byte, as in 63 61 66 c3.",
            field="prompt_hex",
        ) from None
