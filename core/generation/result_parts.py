"""What results of several generation jobs are made of."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Stopped = Literal["end", "length", "stop", "context", "cancelled"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Alternative(_Part):
    """What might have stood in a token's place."""

    id: int
    text: str
    """The token, what is invisible made visible."""
    logprob: float


class TokenRecord(_Part):
    """One token of a text. Logarithms are natural, entropy is in bits.

    Tokens tile the text: each begins, in bytes of the text's UTF-8, where the one before ends.
    """

    id: int
    text: str
    """The token, what is invisible made visible."""
    start: int
    end: int
    logprob: float | None
    """The model's own; None for a first token that nothing stands before."""
    sampled: float | None = None
    """After the samplers: what it was drawn with."""
    rank: int | None = None
    """Its place among all tokens by the model's own law, from 0."""
    entropy: float | None = None
    alternatives: tuple[Alternative, ...] = ()
    """The likeliest, first the best; its own may be among them."""
    ms: float | None = None
    """Since generation began."""


class Transcript(_Part):
    """What one model wrote after one prompt."""

    model: int
    """Its place among the request's models."""
    prompt: int = 0
    sample: int = 0
    text: str
    """Without the prompt."""
    tokens: tuple[TokenRecord, ...] = ()
    stopped: Stopped
    prefix: tuple[int, ...] = ()
    """The prompt's tokens, as the model read them."""
    bits: float = 0.0
    """Summed surprise of the tokens, by the model's own law."""
    bytes: int = 0
    seconds: float = 0.0
    tokens_per_second: float = 0.0


class Resident(_Part):
    """A model that is in memory."""

    path: str
    name: str
    bytes: int
    dtype: str
    device: str


class Residents(_Part):
    """All of them, and what they may take together."""

    models: list[Resident] = Field(default_factory=list)
    budget: int = 0
    """Bytes."""
    free: int = 0
    """Bytes, beside what they take."""
