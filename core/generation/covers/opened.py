"""The door to byte laws: a language model, byte by byte."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.errors import UserError
from core.generation.covers.token_covers import Convention, TokenCovers
from core.generation.language.language_model import LanguageModel
from core.sizes import counted
from core.tokenizers.canonical import Family


def byte_model(
    language: LanguageModel,
    *,
    convention: Convention = "valid",
    beam: int | None = 64,
    before: Sequence[int] | None = None,
    warn: Callable[[str], None] | None = None,
    field: str = "models",
) -> TokenCovers:
    """The law of the next byte of a language model.

    Args:
        convention: *valid*, only what the tokenizer itself would write; *all*, every way to spell a text.
        beam: for *all*: how many ways are followed at most; None for all of them, which is exact and becomes
            more with each byte.
        before: the tokens that stand before the text, in place of the model's own: the special tokens around
            what is to be filled in, say.
        warn: is told if nothing stands before the model's texts, so that the first token of a text is taken
            for granted. Without it such a model is refused.

    Raises:
        UserError: its tokens do not spell texts byte by byte, or nothing stands before its texts.
    """
    if language.tokenizer.vocabulary.family is Family.WORDPIECE:
        raise UserError(
            f"{language.name} has a WordPiece tokenizer, which drops the spaces of a text: it has no law of "
            "bytes. Choose a model with another tokenizer.",
            field=field,
        )
    if not (language.begin if before is None else before):
        if warn is None:
            raise UserError(
                f"{language.name} has no token that stands before a text, so that nothing tells how a text "
                "begins. Choose a model that has one.",
                field=field,
            )
        warn(
            f"{language.name} has no token that stands before a text, so that nothing tells how a text "
            "begins: the first token of the text is taken for granted, and its probability counts as 1."
        )
    return TokenCovers(language, convention=convention, beam=beam, before=before)


def what_is_not_counted(model: TokenCovers) -> str | None:
    """A sentence on what *valid* leaves out with this tokenizer; None where nothing is known.

    Reads the tokenizer's file once more where its words go before its merges.
    """
    words = model.beside_merges if model.convention == "valid" else 0
    if not words:
        return None
    return (
        f"The tokenizer of {model.name} has {counted(words, 'token')} for whole words that its merges do not "
        "make. Where such a word goes on, it is cut in another way, which is not counted before it has gone "
        "on. Where that matters, let every one count (--convention all)."
    )
