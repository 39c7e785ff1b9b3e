"""Train a tokenizer for a model: byte-level BPE as in GPT-2's kin, or Unigram in SentencePiece's manner.

Both give back every text exactly as it was, and neither ever meets an unknown token. One exception: to the
Unigram, as to SentencePiece, the character ``▁`` (U+2581) is a space.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from tokenizers import Tokenizer

from core.jobs.context import Context
from core.tokenizers.train.algorithms.algorithm import Algorithm
from core.tokenizers.train.algorithms.bpe import Bpe
from core.tokenizers.train.algorithms.unigram import Unigram
from core.tokenizers.train.folder import write_files

Kind = Literal["byte-bpe", "unigram"]

_ALGORITHMS: dict[Kind, Algorithm] = {"byte-bpe": Bpe(min_frequency=1, longest=4_096), "unigram": Unigram()}


def smallest_vocabulary(kind: Kind) -> int:
    """Tokens that a tokenizer of this kind has before it has learnt anything: special ones, bytes, signs."""
    return _ALGORITHMS[kind].least()


def train_tokenizer(texts: Sequence[str], kind: Kind, vocab_size: int, ctx: Context) -> Tokenizer:
    """A tokenizer of exactly `vocab_size` tokens, the same each time for the same texts.

    Args:
        texts: in pieces of some kilobytes, so that progress can be told and a stop be heard between them.
        kind: ``byte-bpe`` has one special token, ``<|endoftext|>``; ``unigram`` has ``<unk>``, ``<s>`` (which
            it puts before a text) and ``</s>``.

    Raises:
        UserError: the vocabulary is too small for this kind, or the texts do not yield so many tokens.
        Cancelled: the library's own thread, which knows no stop, ends by itself a little later.
    """
    tokenizer: Tokenizer = _ALGORITHMS[kind].train(texts, vocab_size, (), ctx)
    return tokenizer


def special_tokens(kind: Kind) -> Mapping[str, str]:
    """Role → token, as tokenizer_config.json says it."""
    return _ALGORITHMS[kind].roles


def write_tokenizer(tokenizer: Tokenizer, kind: Kind, folder: Path) -> None:
    """tokenizer.json, and tokenizer_config.json with the special tokens' roles; the folder appears whole."""
    aside = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    write_files(tokenizer, special_tokens(kind), aside)
    aside.replace(folder)
