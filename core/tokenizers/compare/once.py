"""What is worked out once for each tokenizer, as long as it is in use."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

from core.tokenizers.tokenizer import Tokenizer

_T = TypeVar("_T")


def once_for_each(function: Callable[[Tokenizer], _T]) -> Callable[[Tokenizer], _T]:
    """Remember what a function said of a tokenizer until the tokenizer is let go.

    What it says must not hold the tokenizer itself, which would then never go.
    """
    known: WeakKeyDictionary[Tokenizer, _T] = WeakKeyDictionary()

    @wraps(function)
    def remembered(tokenizer: Tokenizer) -> _T:
        if tokenizer not in known:
            known[tokenizer] = function(tokenizer)
        return known[tokenizer]

    return remembered
