"""Indentation: what the white space at the start of a line of code costs."""

from __future__ import annotations

from core.tokenizers.compare.measures.measure import OfTokenizer, measure
from core.tokenizers.compare.once import once_for_each
from core.tokenizers.tokenizer import Tokenizer

SPACES, TABS = 32, 16
"""The longest runs that are tried."""


def tokens_of_spaces(tokenizer: Tokenizer) -> list[int]:
    """[32]: the tokens that indenting a line by 1, 2, … 32 spaces adds."""
    return _added(tokenizer)[:SPACES]


def tokens_of_tabs(tokenizer: Tokenizer) -> list[int]:
    """[16]: the tokens that indenting a line by 1, 2, … 16 tabs adds."""
    return _added(tokenizer)[SPACES:]


@once_for_each
def _added(tokenizer: Tokenizer) -> list[int]:
    runs = ["", *(" " * many for many in range(1, SPACES + 1)), *("\t" * many for many in range(1, TABS + 1))]
    plain, *indented = map(len, tokenizer.ids([f"a\n{run}a" for run in runs]))
    return [tokens - plain for tokens in indented]


@measure
class Indentation(OfTokenizer):
    key = "indentation"
    title = "Indentation by spaces"
    unit = "tokens"
    description = (
        "Tokens that indenting a line by 4, 8, 12 and 16 spaces adds, on the average. 0 where white space is "
        "dropped."
    )
    better = "low"
    digits = 2
    order = 64

    def value(self, tokenizer: Tokenizer) -> float | None:
        added = tokens_of_spaces(tokenizer)
        return sum(added[many - 1] for many in (4, 8, 12, 16)) / 4

    def words(self, tokenizer: Tokenizer) -> str:
        added = tokens_of_spaces(tokenizer)
        return ", ".join(f"{many} spaces add {added[many - 1]}" for many in (4, 8, 16, 32))


@measure
class IndentationByTabs(OfTokenizer):
    key = "indentation_tabs"
    title = "Indentation by tabs"
    unit = "tokens"
    description = "Tokens that indenting a line by 1, 2, 3 and 4 tabs adds, on the average."
    better = "low"
    digits = 2
    order = 65

    def value(self, tokenizer: Tokenizer) -> float | None:
        return sum(tokens_of_tabs(tokenizer)[:4]) / 4
