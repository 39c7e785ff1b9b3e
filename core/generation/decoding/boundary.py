"""Where a prompt ends and the text begins: not always where one token ends and the next begins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch

from core.errors import UserError
from core.generation.byte_model import END, ByteModel
from core.generation.byte_writing import chosen_byte
from core.generation.decoding.draw import chance
from core.generation.language.language_model import LanguageModel
from core.generation.sampled import Drawn
from core.generation.samplers import Sampler
from core.jobs.context import Context


class Beginning(NamedTuple):
    """What a text goes on from."""

    prefix: tuple[int, ...]
    """Tokens of the prompt, `LanguageModel.begin` included."""
    skip: bytes = b""
    """What new tokens spell again of the prompt, or a space that the tokenizer puts before it."""
    forced: tuple[int, ...] = ()
    """New tokens that are certain already."""
    first: torch.Tensor | None = None
    """(V,) bool: what the next new token may be."""


def plain(language: LanguageModel, prompt: str) -> Beginning:
    """Right after the prompt's own tokens."""
    dress = b" " if language.puts_space and not prompt else b""
    return Beginning(tuple(language.encode(prompt)), dress)


def healed(language: LanguageModel, prompt: str) -> Beginning | None:
    """Token healing: the last token of the prompt is written anew, by one that begins with its bytes.

    Returns:
        None where nothing stands before the last token, or it has no bytes.
    """
    ids = language.encode(prompt)
    last = language.pieces[ids[-1]] if len(ids) > max(1, len(language.begin)) else None
    if not last:
        return None
    first = torch.tensor([piece is not None and piece.startswith(last) for piece in language.pieces])
    return Beginning(tuple(ids[:-1]), last, (), first)


def replaced(language: LanguageModel, prompt: str, prefix: Sequence[int], first: Sequence[int]) -> Beginning:
    """Tokens in place of the prompt's own; the last ones may reach beyond its end.

    Raises:
        ValueError: they do not spell the prompt.
    """
    if not all(id < language.vocab_size for id in (*prefix, *first)):
        raise ValueError(f"{language.name} has only {language.vocab_size:,} tokens")
    said, before, new = (language.spelt(ids) for ids in (language.encode(prompt), prefix, first))
    skip = said[len(before) :]
    if not said.startswith(before) or not (new.startswith(skip) or skip.startswith(new)):
        raise ValueError(f"{language.name} does not read “{prompt}” in these tokens")
    return Beginning(tuple(prefix), skip or plain(language, prompt).skip, tuple(first))


class Exact:
    """Byte until aligned (as 2410.09303 has it for the ends of prompts).

    Bytes are chosen one by one until there is only one way to have written them, but for how the token under
    way goes on; from there on tokens follow each other as usual.
    """

    def __init__(self, language: LanguageModel, model: ByteModel, prompt: str, ctx: Context) -> None:
        self._language, self._model, self._ctx = language, model, ctx
        self._prompt = prompt
        self._said = language.spelt(language.encode(prompt))
        self._read = model.read(model.start(), prompt.encode(), ctx)

    def begin(
        self,
        *,
        seed: tuple[int, int, int] | None,
        samplers: Sequence[Sampler],
        most: int | None,
    ) -> Beginning:
        """Write up to the first place where tokens and bytes align.

        Args:
            seed: of the run, number of the prompt and of the sample; None takes the likeliest byte.
            samplers: those that look at probabilities alone are asked about bytes, too.
            most: bytes.
        """
        random = chance(*seed, use="bytes") if seed is not None else None
        laws = [sampler for sampler in samplers if sampler.by_law]
        state, written = self._read, b""
        while most is None or len(written) < most:
            self._ctx.check()
            found = self._model.aligned(state)
            if found is not None:
                first = None if not found.pending else torch.from_numpy(found.log_next > -math.inf)
                return self._from(found.ids, first)
            u = random.random() if random is not None else None
            byte = chosen_byte(self._model.law(state).log_probabilities, u, laws, Drawn([]))
            if byte == END:
                return self._from((*self._encoded(written), min(self._language.ends)))
            try:
                state = self._model.push(state, byte)
            except UserError:  # the context is full
                break
            written += bytes([byte])
        return self._from(self._encoded(written))

    def _encoded(self, written: bytes) -> list[int]:
        """The tokenizer's own tokens of the prompt and these bytes, half a character at the end aside."""
        return self._language.encode(self._prompt + written.decode(errors="ignore"))

    def _from(self, ids: Sequence[int], first: torch.Tensor | None = None) -> Beginning:
        """Those wholly within the prompt, and those that reach beyond it."""
        size = count = 0
        for id in ids:
            length = len(self._language.pieces[id] or b"")
            if size + length > len(self._said) or 0 < size == len(self._said):
                break
            size += length
            count += 1
        return Beginning(tuple(ids[:count]), self._said[size:], tuple(ids[count:]), first)
