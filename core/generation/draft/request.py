"""What speculative decoding is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from core.generation.fields import Convention, Model, NumberType, Prompt
from core.generation.samplers import AnySampler
from core.jobs.request import Request

Method = Literal["same", "string", "shared", "bytes"]


class DraftRequest(Request):
    """Let a draft propose, and the target accept or correct: what is written follows the target's law."""

    model: Model
    draft: Path | None = Field(
        None,
        title="Draft",
        description="A smaller model that proposes; its vocabulary may be another. Without one, what stood "
        "earlier in the text after the same tokens is proposed.",
        json_schema_extra={"input": "model", "none": "look-up in the text"},
    )
    prompt: Prompt = ""
    verify: Literal["auto", Method] = Field(
        "auto",
        title="Verified",
        description="How proposals of another vocabulary reach the target. Text: encoded anew. Shared "
        "tokens: only those that both have are proposed. Bytes: by exact byte laws, slow. Auto: the same "
        "tokens where the vocabulary is one; else as text when greedy, by shared tokens when sampling.",
        json_schema_extra={
            "labels": {
                "auto": "Auto",
                "same": "The same tokens",
                "string": "As text",
                "shared": "By shared tokens",
                "bytes": "Byte by byte",
            }
        },
    )
    decoding: Literal["greedy", "sample"] = Field(
        "greedy",
        title="Decoding",
        description="Greedy: always the target's likeliest token. Sample: drawn by its law, after samplers.",
        json_schema_extra={"labels": {"greedy": "Greedy", "sample": "Sampling"}},
    )
    samplers: list[AnySampler] = Field(
        [],
        title="Samplers",
        description="When sampling: what changes both models' laws, one after the other.",
        json_schema_extra={"also": "sampler", "editor": "samplers"},
    )
    proposed: int = Field(
        5,
        ge=1,
        le=64,
        title="Proposed at once",
        description="Tokens (or bytes) that the draft is ahead of the target; γ in the literature.",
    )
    adaptive: bool = Field(
        False,
        title="Adapt that number",
        description="Two more after a round in which all were accepted, else one less.",
    )
    max_tokens: int = Field(
        64,
        ge=1,
        le=100_000,
        title="Length",
        description="Tokens written at most; bytes, where bytes are verified.",
        json_schema_extra={"unit": "tokens"},
    )
    compare: bool = Field(
        True,
        title="Beside plain decoding",
        description="Also write as long a text without a draft, to tell what is gained.",
        json_schema_extra={"advanced": True},
    )
    convention: Convention = "valid"
    dtype: NumberType = "auto"
