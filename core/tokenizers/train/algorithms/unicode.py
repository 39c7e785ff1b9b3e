"""A vocabulary of characters and common n-grams of them, by a rule rather than by merging."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from core.errors import UserError
from core.tokenizers.train.algorithms.algorithm import Algorithm, algorithm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.jobs.context import Context
    from core.tokenizers.train.texts import Texts

PLANE = 0x10000
"""Characters of Unicode's first plane, and ids of the paper's small vocabulary."""


@algorithm
class Unicode(Algorithm):
    """Two layouts.

    ``text``: special tokens, 256 bytes, the characters of the text by code point, n-grams by length, then by
    their characters.

    ``plane``: that of the paper's small variant (65,536 ids). The id of a character is its code point, from
    U+0000 to U+D7FF and from U+F900 to U+FFFE. Ids of surrogates (U+D800 to U+DFFF) and of private characters
    from U+E100 on hold n-grams. Where the paper has 256 special tokens, U+E000 to U+E0FF, there are the 256
    bytes (our deviation, so that no character is unknown); special tokens follow at U+E100. Ids beyond 65,535
    are n-grams too; ids that are left over are ``<unused…>``.
    """

    title = "Unicode-centric"
    source = "arXiv 2507.04886; AVBochkov/Embeddings"
    sentence = (
        "All characters are tokens; then come the commonest runs of a few characters, across words, each "
        "with all merges that lead to it. Unlike in the paper, single bytes spell characters without a token."
    )
    bytes_a_second: ClassVar[float] = 3e6

    name: Literal["unicode"] = "unicode"
    layout: Literal["text", "plane"] = Field(
        default="text",
        title="Characters",
        description="Which are tokens: those of the text, or all of Unicode's first plane, each by its code "
        "point as in the paper's vocabulary of 65,536.",
        json_schema_extra={"labels": {"text": "those of the text", "plane": "the first plane"}},
    )
    longest_run: int = Field(
        default=3,
        ge=2,
        le=8,
        title="Longest run",
        description="As many runs are taken of each length from two on.",
        json_schema_extra={"unit": "characters"},
    )

    def least(self, more: Sequence[str] = ()) -> int:
        return PLANE if self.layout == "plane" else super().least(more)

    def check(self, vocab_size: int, more: Sequence[str] = ()) -> None:
        if self.layout == "plane" and vocab_size < PLANE:
            raise UserError(
                f"All characters of Unicode's first plane need a vocabulary of at least {PLANE:,}. Ask for "
                "so many, or take the characters of the text.",
                field="vocab_size",
            )
        super().check(vocab_size, more)

    def train(self, texts: Texts, vocab_size: int, special_tokens: Sequence[str], ctx: Context) -> Any:
        from core.tokenizers.train.checks import check_size
        from core.tokenizers.train.ngrams import unicode_tokenizer

        self.check(vocab_size, special_tokens)
        tokenizer = unicode_tokenizer(
            texts,
            vocab_size,
            self.specials(special_tokens),
            ctx,
            plane=self.layout == "plane",
            longest=self.longest_run,
        )
        check_size(tokenizer, vocab_size)
        return tokenizer
