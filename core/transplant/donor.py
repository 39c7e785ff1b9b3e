"""Which model is the donor, and whether it is one of the target tokenizer's. Loads no torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.errors import UserError
from core.models.folder import is_model_folder
from core.tokenizers.canonical import Kind
from core.tokenizers.vocabulary import Vocabulary
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
