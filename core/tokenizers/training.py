"""Train a tokenizer on text: byte-level BPE as in GPT-2's kin, or Unigram in SentencePiece's manner.

Both give back every text exactly as it was, and neither ever meets an unknown token. One exception: to the
Unigram, as to SentencePiece, the character ``▁`` (U+2581) is a space.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

from core.errors import UserError
from core.jobs.context import Context
from core.tokenizers.unigram import learn_pieces

Kind = Literal["byte-bpe", "unigram"]

END_OF_TEXT = "<|endoftext|>"
UNKNOWN, BEGIN, END = "<unk>", "<s>", "</s>"
SPACE = "▁"

_BPE_PIECES = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{M}\p{N}]?[\p{L}\p{M}]+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""What byte-level BPE keeps apart: words with a sign before them, up to three digits, signs, spaces."""

_UNIGRAM_PIECES = (
    rf"{SPACE}?[\p{{L}}\p{{M}}]+|\p{{N}}|{SPACE}?[^\s{SPACE}\p{{L}}\p{{M}}\p{{N}}]+|\s"
    rf"|{SPACE}+(?={SPACE})|{SPACE}"
)
"""The same for Unigram: words with a space mark before them, single digits, signs, spaces."""

_BYTE_SCORE = -1_000.0
"""Log-probability of a byte piece: so low that a text which says "<0x0A>" is never read as that byte."""

_ASCII = [chr(code) for code in range(0x21, 0x7F)]
_POLL = 0.1
"""Seconds between two looks at whether someone pressed stop."""


def smallest_vocabulary(kind: Kind) -> int:
    """Tokens that a tokenizer of this kind has before it has learnt anything: special ones, bytes, signs."""
    return 1 + 256 if kind == "byte-bpe" else 3 + 256 + 1 + len(_ASCII)


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
    least = smallest_vocabulary(kind)
    if vocab_size < least:
        raise UserError(f"A {kind} tokenizer needs a vocabulary of at least {least}.", field="vocab_size")
    tokenizer = _byte_bpe(texts, vocab_size, ctx) if kind == "byte-bpe" else _unigram(texts, vocab_size, ctx)
    found = tokenizer.get_vocab_size()
    if found < vocab_size:
        raise UserError(
            f"The text is too short for a vocabulary of {vocab_size:,}: it yields {found:,} tokens. "
            "Give more text or ask for fewer.",
            field="vocab_size",
        )
    return tokenizer


def special_tokens(kind: Kind) -> dict[str, str]:
    """Role → token, as tokenizer_config.json says it."""
    if kind == "byte-bpe":
        return {"bos_token": END_OF_TEXT, "eos_token": END_OF_TEXT}
    return {"bos_token": BEGIN, "eos_token": END, "unk_token": UNKNOWN}


def write_tokenizer(tokenizer: Tokenizer, kind: Kind, folder: Path) -> None:
    """tokenizer.json, and tokenizer_config.json with the special tokens' roles; the folder appears whole."""
    aside = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    tokenizer.save(str(aside / "tokenizer.json"))
    configuration = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "clean_up_tokenization_spaces": False,
        **special_tokens(kind),
    }
    text = json.dumps(configuration, indent=2) + "\n"
    (aside / "tokenizer_config.json").write_text(text, encoding="utf-8", newline="\n")
    aside.replace(folder)


def _byte_bpe(texts: Sequence[str], vocab_size: int, ctx: Context) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_BPE_PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[AddedToken(END_OF_TEXT, special=True, normalized=False)],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    _train(tokenizer, texts, trainer, ctx)
    return tokenizer


def _unigram(texts: Sequence[str], vocab_size: int, ctx: Context) -> Tokenizer:
    """Learns the pieces, then puts them behind the special tokens and the 256 byte pieces."""
    tokenizer = Tokenizer(models.Unigram())
    _dress_unigram(tokenizer)
    words: Counter[str] = Counter()
    for number, text in enumerate(texts):
        ctx.progress(number, len(texts), "Reading for the tokenizer")
        marked = tokenizer.normalizer.normalize_str(text)
        words.update(word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(marked))
    learnt = learn_pieces(words, vocab_size - 3 - 256, [SPACE, *_ASCII], ctx)
    specials = [UNKNOWN, BEGIN, END]
    vocabulary = [
        *((token, 0.0) for token in specials),
        *((f"<0x{byte:02X}>", _BYTE_SCORE) for byte in range(256)),
        *learnt,
    ]
    tokenizer.model = models.Unigram(vocabulary, unk_id=0, byte_fallback=True)
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in specials])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A",
        pair=f"{BEGIN} $A {BEGIN}:1 $B:1",
        special_tokens=[(BEGIN, specials.index(BEGIN))],
    )
    return tokenizer


def _dress_unigram(tokenizer: Tokenizer) -> None:
    """A space mark before the text and in place of each space; the decoder takes both back."""
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)])
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(_UNIGRAM_PIECES), "isolated")
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace(SPACE, " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )


def _train(tokenizer: Tokenizer, texts: Sequence[str], trainer: Any, ctx: Context) -> None:
    """Runs the library's trainer, which cannot be interrupted, beside this thread, which can."""
    stop = threading.Event()
    fed = 0
    failures: list[BaseException] = []

    def feed() -> Iterator[str]:
        nonlocal fed
        for text in texts:
            if stop.is_set():
                return
            fed += 1
            yield text

    def work() -> None:
        try:
            tokenizer.train_from_iterator(feed(), trainer)
        except BaseException as error:  # noqa: BLE001 - a Rust panic is no Exception
            failures.append(error)

    thread = threading.Thread(target=work, name="tokenizer-training", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            stage = "Reading for the tokenizer" if fed < len(texts) else "Choosing the tokens"
            ctx.progress(fed if fed < len(texts) else 0, len(texts), stage)
            thread.join(_POLL)
    finally:
        stop.set()
    if failures:
        raise RuntimeError(f"the tokenizer could not be trained: {failures[0]}") from failures[0]
