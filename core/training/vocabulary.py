"""A tokenizer as a training needs it: its file, the ids of its special tokens, and texts as ids."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from core.errors import UserError
from core.jobs.context import Context
from core.tokenizers.training import Kind, special_tokens

_AT_ONCE = 64
"""Passages encoded between two looks at whether someone pressed stop."""

_ROLES = ("bos_token", "eos_token", "unk_token", "pad_token")
_USUAL = {"bos_token": ("<s>", "<bos>", "<|endoftext|>"), "eos_token": ("</s>", "<eos>", "<|endoftext|>")}


class Vocabulary:
    """`roles` maps ``bos_token`` … to tokens, as tokenizer_config.json does; those not in the vocabulary are dropped."""

    def __init__(self, tokenizer: Tokenizer, roles: dict[str, str]) -> None:
        self.tokenizer = tokenizer
        self.roles = {
            role: token for role, token in roles.items() if tokenizer.token_to_id(token) is not None
        }
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()

    @classmethod
    def trained(cls, tokenizer: Tokenizer, kind: Kind) -> Vocabulary:
        return cls(tokenizer, special_tokens(kind))

    @property
    def size(self) -> int:
        """Rows that a model needs: one more than the highest id."""
        return max(self.tokenizer.get_vocab(with_added_tokens=True).values()) + 1

    @property
    def bos(self) -> int | None:
        return self._id("bos_token")

    @property
    def eos(self) -> int | None:
        return self._id("eos_token")

    @property
    def prefix(self) -> int | None:
        """What stands before a text as context: bos, or else the eos that ended the text before."""
        return self.eos if self.bos is None else self.bos

    def documents(self, passages: Sequence[str], ctx: Context) -> torch.Tensor:
        """(n,) int64: the passages one after the other, each begun with bos and, where that is another, ended with eos."""
        before = [self.prefix] if self.prefix is not None else []
        after = [self.eos] if self.eos is not None and self.eos != self.prefix else []
        parts: list[torch.Tensor] = []
        for first in range(0, len(passages), _AT_ONCE):
            ctx.progress(first, len(passages), "Reading the text")
            some = list(passages[first : first + _AT_ONCE])
            for encoding in self.tokenizer.encode_batch_fast(some, add_special_tokens=False):
                parts.append(torch.tensor([*before, *encoding.ids, *after], dtype=torch.long))
        return torch.cat(parts) if parts else torch.empty(0, dtype=torch.long)

    def configuration(self, context: int) -> dict[str, Any]:
        """tokenizer_config.json."""
        return {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": context,
            "clean_up_tokenization_spaces": False,
            **self.roles,
        }

    def _id(self, role: str) -> int | None:
        token = self.roles.get(role)
        return None if token is None else int(self.tokenizer.token_to_id(token))


def open_vocabulary(path: Path) -> Vocabulary:
    """A tokenizer.json, or a folder with one; tokenizer_config.json beside it says what its special tokens are for.

    Raises:
        UserError: there is none, or it is malformed.
    """
    file = path / "tokenizer.json" if path.is_dir() else path
    if not file.is_file():
        raise UserError(f"There is no tokenizer.json in {path}.", field="tokenizer")
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except BaseException as error:  # noqa: BLE001: a Rust panic is no Exception
        raise UserError(f"{file} is no tokenizer that can be read: {error}.", field="tokenizer") from None
    beside = file.with_name("tokenizer_config.json")
    roles: dict[str, str] = {}
    if beside.is_file():
        try:
            said = json.loads(beside.read_text(encoding="utf-8"))
            for role in _ROLES:
                token = said.get(role)
                token = token.get("content") if isinstance(token, dict) else token
                if isinstance(token, str):
                    roles[role] = token
        except (OSError, ValueError, AttributeError):
            raise UserError(f"{beside} is malformed.", field="tokenizer") from None
    for role, names in _USUAL.items():
        for name in names:
            if role not in roles and tokenizer.token_to_id(name) is not None:
                roles[role] = name
    return Vocabulary(tokenizer, roles)
