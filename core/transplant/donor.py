"""Which model is the donor, and whether it is one of the target tokenizer's. Loads no torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.models.folder import ModelFolder, is_model_folder
from core.tokenizers.canonical import Kind
from core.tokenizers.vocabulary import Token, Vocabulary
from core.transplant.matching import expands, spaced
from core.transplant.methods.method import Method
from core.transplant.request import TransplantRequest


def find_donor(request: TransplantRequest, methods: Sequence[Method] | None = None) -> Path | None:
    """The donor's folder: the one named, else the target tokenizer's own where it is a model. None if none of
    the methods needs one.

    Args:
        methods: those that will be used, where they are not the request's.

    Raises:
        UserError: a method needs one and there is none.
    """
    needing = next((method for method in methods or request.methods if method.needs_donor), None)
    if needing is None:
        return None
    if request.donor is not None:
        return request.donor
    target = request.target_tokenizer
    folder = target if target.is_dir() else target.absolute().parent
    if is_model_folder(folder):
        return folder
    name = needing.title.partition(",")[0]
    raise UserError(
        f"{name} needs a donor, a model with the target tokenizer, and {target} is only a tokenizer. Name a "
        "donor, or choose a method that needs none, such as FVT.",
        field="donor",
    )


def ids_in_donor(
    donor: ModelFolder, vocabulary: Vocabulary, base: Vocabulary, target: Vocabulary
) -> NDArray[np.int64] | None:
    """The donor's id of each of the target's tokens, -1 where it has none; None where the two tokenizers
    are one. A donor of another tokenizer will do where the target expands the base.

    Raises:
        UserError: it will not do.
    """
    if not expands(base, target) or _fits(vocabulary, target):
        check_donor(vocabulary, target)
        return None
    ids = _ids(vocabulary, donor.vocab_size, target)
    if not (ids[[token.id for token in target if _is_new(base, token)]] >= 0).any():
        raise UserError(
            f"The donor, {donor.path}, knows none of the new tokens; choose another donor, or a method that "
            "needs none, such as FVT.",
            field="donor",
        )
    return ids


def _is_new(base: Vocabulary, token: Token) -> bool:
    """Whether a token of a target that expands the base is none of the base's."""
    return token.id >= base.size or base.entries[token.id] is None


def check_donor(donor: Vocabulary, target: Vocabulary) -> None:
    """The donor's rows must be those of the target's tokens; special tokens may differ.

    Raises:
        UserError: a token of the target's is another one, or none, in the donor's tokenizer.
    """
    for token in target:
        if token.kind in (Kind.SPECIAL, Kind.UNUSED):
            continue
        other = donor.entries[token.id] if token.id < donor.size else None
        if other is None or (other.bytes, other.boundary) != (token.bytes, token.boundary):
            there = "no token" if other is None else repr(other.content)
            raise UserError(
                f"The donor's tokenizer, {donor.path}, is not the target tokenizer: number {token.id:,} is "
                f"{there} there and {token.content!r} in {target.path}. Choose a donor that has the target "
                "tokenizer.",
                field="donor",
            )


def _ids(donor: Vocabulary, rows: int, target: Vocabulary) -> NDArray[np.int64]:
    """(V,) the donor's token for each of the target's, by the bytes that text tokens stand for.

    Args:
        rows: of the donor's embedding.
    """
    known: dict[bytes, int] = {}
    for token in donor:
        if token.kind is Kind.TEXT and token.id < rows:
            known.setdefault(spaced(token), token.id)
    found = np.full(target.size, -1, dtype=np.int64)
    for token in target:
        if token.kind is Kind.TEXT:
            found[token.id] = known.get(spaced(token), -1)
    return found


def _fits(donor: Vocabulary, target: Vocabulary) -> bool:
    """Whether the donor's tokenizer is the target's; special tokens may differ."""
    try:
        check_donor(donor, target)
    except UserError:
        return False
    return True
