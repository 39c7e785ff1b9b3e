"""Digits that two tokenizers group differently, in words: the main reason why a graft calculates worse."""

from __future__ import annotations

from core.tokenizers.digits import Digits, digit_groups
from core.tokenizers.open import Tokenizer


def digits_warning(base: Tokenizer, target: Tokenizer) -> str | None:
    """A sentence where the two cut numbers differently (arXiv 2506.06607), else None.

    Raises:
        UserError: one of them cannot encode digits.
    """
    one, other = digit_groups(base), digit_groups(target)
    if one == other:
        return None
    if one.largest == other.largest:
        return f"Digits: the base groups them {_from(one)}, the target {_from(other)}: arithmetic may suffer."
    return f"Digits: the base groups {_by(one)}, the target {_by(other)}: arithmetic will suffer."


def _by(digits: Digits) -> str:
    return "by 1" if digits.single else f"by up to {digits.largest}"


def _from(digits: Digits) -> str:
    return f"from {digits.direction}" if digits.direction else "as it has learnt"
