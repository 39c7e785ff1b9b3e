"""What a transplant works on, opened and checked before anything else is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.json_files import read_json_object
from core.models.folder import ModelFolder, open_model
from core.tokenizers.files import TOKENIZER, find_tokenizer, tokenizer_files
from core.tokenizers.open import Tokenizer, open_tokenizer
from core.tokenizers.vocabulary import read_vocabulary
from core.transplant.checks import check_base, check_methods, check_others, check_padding, check_sizes
from core.transplant.donor import find_donor, ids_in_donor
from core.transplant.methods.method import Method
from core.transplant.request import TransplantRequest


@dataclass(frozen=True)
class Inputs:
    """`files`: name → path of the target tokenizer's files. `donor` is None where the method needs none.

    `donor_ids` (V,): the donor's id of each of the target's tokens, -1 where it has none; None where the two
    tokenizers are one.
    """

    base: ModelFolder
    base_tokenizer: Tokenizer
    target: Tokenizer
    files: Mapping[str, Path]
    donor: ModelFolder | None
    donor_ids: NDArray[np.int64] | None = None

    @property
    def folders(self) -> list[Path]:
        """Everything that is read."""
        found = [self.base.path, self.target.path.parent]
        return [*found, self.donor.path] if self.donor else found


def open_inputs(request: TransplantRequest, methods: Sequence[Method] | None = None) -> Inputs:
    """Open base, target tokenizer and donor.

    Args:
        methods: those that will be used, where they are not the request's; the donor is opened if any of
            them needs one.

    Raises:
        UserError: one of them will not do; the sentence says which, and why.
    """
    methods = request.methods if methods is None else methods
    base = open_model(request.base, field="base")
    check_base(base)
    check_methods(base, methods, request.corpus)
    base_tokenizer = open_tokenizer(find_tokenizer(request.base, field="base"), field="base")
    check_sizes(base, base_tokenizer.vocabulary, "base")
    files = tokenizer_files(request.target_tokenizer, field="target_tokenizer")
    target = open_tokenizer(files[TOKENIZER], field="target_tokenizer")
    _refuse_code(files)
    check_others(base, base_tokenizer.vocabulary, target.vocabulary)
    check_padding(base, base_tokenizer.vocabulary, target.vocabulary)
    donor = ids = None
    if place := find_donor(request, methods):
        donor = open_model(place, field="donor")
        vocabulary = read_vocabulary(find_tokenizer(place, field="donor"), field="donor")
        check_sizes(donor, vocabulary, "donor")
        ids = ids_in_donor(donor, vocabulary, base_tokenizer.vocabulary, target.vocabulary)
    return Inputs(base, base_tokenizer, target, files, donor, ids)


def _refuse_code(files: Mapping[str, Path]) -> None:
    config = files.get("tokenizer_config.json")
    if config and read_json_object(config, field="target_tokenizer").get("auto_map"):
        raise UserError(
            f"{config} asks for code of its own (auto_map); Lexigraft runs no code that comes with a "
            "tokenizer. Use a version that transformers knows without it.",
            field="target_tokenizer",
        )
