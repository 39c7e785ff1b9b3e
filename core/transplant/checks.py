"""Whether models and tokenizers fit together for a transplant. Loads no torch and no tokenizer library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.errors import UserError
from core.models.folder import ModelFolder
from core.tokenizers.canonical import Kind
from core.tokenizers.vocabulary import Vocabulary
from core.transplant.matching import expands
from core.transplant.methods.method import Method


def check_base(base: ModelFolder) -> None:
    """Raises `UserError` where it is neither a causal language model nor an encoder."""
    if base.config.get("architectures") and not base.is_causal_lm and not base.is_encoder:
        raise UserError(
            f"{base.path} is a {base.architecture}; only causal language models and encoders can be "
            "transplanted.",
            field="base",
        )


def check_outside(out: Path, sources: Sequence[Path]) -> None:
    """Raises `UserError` where the output would lie inside a folder that is read."""
    place = out.absolute().resolve()
    for source in sources:
        if place != source.resolve() and place.is_relative_to(source.resolve()):
            raise UserError(
                f"{out} lies inside {source}, which is read; choose a folder elsewhere.", field="out"
            )


def check_padding(base: ModelFolder, vocabulary: Vocabulary, target: Vocabulary) -> None:
    """Raises `UserError` where the base finds positions by a number that is another token's in the target."""
    if not base.counts_from_padding or expands(vocabulary, target):
        return
    own = base.config.get("pad_token_id", 1)
    if target.role("pad") != own:
        raise UserError(
            f"{base.path} counts positions from the number of its padding token, {own}, as all models of the "
            f"kind {base.family} do; in {target.path} that is another token. Choose a target whose padding "
            f"token has the number {own}.",
            field="target_tokenizer",
        )


def check_sizes(model: ModelFolder, vocabulary: Vocabulary, field: str) -> None:
    """A few special tokens may have no row; if tokens of text have none, the tokenizer is another model's.

    Raises:
        UserError: tokens of text have no row.
    """
    without = [token for token in vocabulary if token.id >= model.vocab_size]
    if any(token.kind in (Kind.TEXT, Kind.BYTE) for token in without):
        raise UserError(
            f"{vocabulary.path} has {vocabulary.size:,} tokens, but the embedding in {model.path} only "
            f"{model.vocab_size:,} rows: one of the two belongs to another model.",
            field=field,
        )


def check_others(base: ModelFolder, vocabulary: Vocabulary, target: Vocabulary) -> None:
    """Raises `UserError` where the base has a matrix of the vocabulary that nobody would rebuild."""
    if base.other_vocabulary_tensors and vocabulary.entries != target.entries:
        raise UserError(
            f"{base.path} has another matrix of the vocabulary, {base.other_vocabulary_tensors[0]}; it is "
            "not known how to rebuild it, and a transplant would leave it wrong.",
            field="base",
        )


def check_methods(base: ModelFolder, methods: Sequence[Method], corpus: Sequence[Path]) -> None:
    """Raises `UserError` where a method cannot work on such a base, or has no text to learn from."""
    for method in methods:
        name = method.title.partition(",")[0]
        if method.needs_corpus and not corpus:
            raise UserError(f"{name} learns from text: name at least one file of it.", field="corpus")
        if method.causal_only and not base.is_causal_lm:
            raise UserError(
                f"{name} works on causal language models, and {base.path} is a {base.architecture}; choose "
                "another method.",
                field="method",
            )
