"""`LanguageModel`: what every generator, scorer and byte law asks a causal language model for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

import torch

from core.tokenizers.canonical import Kind
from core.tokenizers.tokenizer import Tokenizer


class State:
    """What a model has read. Never changed: two ways to go on from one state do not disturb each other.

    What it holds in memory is given back when the last reference to it, and to what went on from it, is gone.
    """

    length: int
    """Tokens read, those of `LanguageModel.begin` included."""


class Advance(NamedTuple):
    """After reading on: the new states, and what the model foretells."""

    states: list[State]
    logits: torch.Tensor
    """(n, V), a row a state; with ``every`` (all tokens read, V), the states' rows one after the other.
    float32 (float64 where the model itself is), on the CPU; −inf for rows without a token."""
    hidden: torch.Tensor | None
    """The same rows of the last layer, as the head reads them (…, h) float32; None unless asked for."""


class LanguageModel(ABC):
    """A causal language model and its tokenizer.

    Args:
        name: short, for people: the folder's name.
        tokenizer: cuts text into this model's tokens.
        vocab_size: V, the rows of its head; those past the tokenizer's never win.
        context: the most tokens that it takes; None without a limit.
        begin: what stands before any text (BOS, or the token that separates documents); maybe nothing.
        ends: the tokens that end a text.
        pieces: what `pieces` says, where that is known.
    """

    def __init__(
        self,
        name: str,
        tokenizer: Tokenizer,
        *,
        vocab_size: int,
        context: int | None = None,
        begin: tuple[int, ...] = (),
        ends: frozenset[int] = frozenset(),
        pieces: tuple[bytes | None, ...] | None = None,
    ) -> None:
        self.name = name
        self.tokenizer = tokenizer
        self.vocab_size = vocab_size
        self.context = context
        self.begin = begin
        self.ends = ends
        if pieces is not None:
            self.pieces = pieces
        self.calls = 0
        """How often the model was asked so far: each `advance` is one, whatever the number of states."""
        self.padding_mass = 0.0
        """The most probability that rows of the head without a token had at any place so far, before they
        were left out."""
        self.check: Callable[[], None] = lambda: None
        """Called often while much is read: a job sets its `ctx.check` here, and so can be stopped then."""

    @abstractmethod
    def start(self) -> State:
        """Nothing read yet, not even `begin`."""

    @abstractmethod
    def advance(
        self,
        states: Sequence[State],
        ids: Sequence[Sequence[int]],
        *,
        every: bool = False,
        hidden: bool = False,
    ) -> Advance:
        """Read `ids[i]` (at least one token each) on from `states[i]`, all in one call of the model.

        Args:
            every: logits after each token read, not only after the last of each state.
            hidden: also what the head reads.

        Raises:
            UserError: a state would grow past `context`, or the model gives no numbers (NaN).
        """

    @cached_property
    def pieces(self) -> tuple[bytes | None, ...]:
        """The bytes that each token adds to a text, by id; None for special tokens and rows without one."""
        return pieces_of(self.tokenizer, self.vocab_size)

    @cached_property
    def puts_space(self) -> bool:
        """Whether the tokenizer puts a space before a text that is no byte of it (SentencePiece)."""
        ids = self.tokenizer.encode("a").ids
        return self.spelt(ids) == b" a"

    def spelt(self, ids: Sequence[int]) -> bytes:
        """The bytes of tokens; special ones have none."""
        return b"".join(self.pieces[id] or b"" for id in ids)

    def encode(self, text: str) -> list[int]:
        """A text's tokens, `begin` before them."""
        return [*self.begin, *self.tokenizer.encode(text).ids]


def pieces_of(tokenizer: Tokenizer, vocab_size: int) -> tuple[bytes | None, ...]:
    """`LanguageModel.pieces`."""
    found = [
        token.bytes if token is not None and token.kind in (Kind.TEXT, Kind.BYTE) else None
        for token in tokenizer.vocabulary.entries[:vocab_size]
    ]
    return (*found, *[None] * (vocab_size - len(found)))
