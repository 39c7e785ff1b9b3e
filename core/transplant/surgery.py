"""Token ids in config.json and generation_config.json, put into the new vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ROLE_KEYS = {f"{role}_token_id": role for role in ("bos", "eos", "pad", "unk", "sep", "cls", "mask")}
_ALWAYS = ("bos_token_id", "eos_token_id")
_LISTS = ("suppress_tokens", "begin_suppress_tokens")


def with_rows(config: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """config.json for `rows` rows of the same vocabulary, or of one that begins with it."""
    changed = dict(config)
    if isinstance(nested := config.get("text_config"), dict) and "vocab_size" in nested:
        changed["text_config"] = nested | {"vocab_size": rows}
    if "vocab_size" in config:
        changed["vocab_size"] = rows
    return changed


@dataclass
class Translation:
    """From the base's ids to the target's.

    Args:
        roles: role → the target's id.
        ends: the target's ids that end a text, the eos first.
        token: a base id → the target's id for the same token; None where it has none.
        sequence: base ids → the target's ids for the same text; None where it cannot be said.
    """

    roles: Mapping[str, int]
    ends: Sequence[int]
    token: Callable[[int], int | None]
    sequence: Callable[[Sequence[int]], list[int] | None]
    lost: list[str] = field(default_factory=list)
    """Settings, or parts of them, that the target's vocabulary cannot express."""

    def config(self, config: Mapping[str, Any], rows: int) -> dict[str, Any]:
        """config.json for `rows` rows, its ids translated, also in a nested ``text_config``.

        A role that the target lacks becomes null rather than going away: without the key, transformers would
        take its own default for the architecture, some id that means another token.
        """
        nested = config.get("text_config")
        changed = self._ids(config)
        if isinstance(nested, dict):
            changed["text_config"] = self._ids(nested) | {"vocab_size": rows}
        if "vocab_size" in config or not isinstance(nested, dict):
            changed["vocab_size"] = rows
        for key in _ALWAYS:
            changed.setdefault(key, self._role(key, None))
        changed.pop("tokenizer_class", None)
        return changed

    def generation_config(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """generation_config.json with its ids translated; what cannot be said in the new vocabulary goes."""
        changed = self._ids(config)
        for key in _LISTS:
            if isinstance(changed.get(key), list):
                changed[key] = self._several(key, changed[key])
        if isinstance(changed.get("forced_decoder_ids"), list):
            changed["forced_decoder_ids"] = self._forced(changed["forced_decoder_ids"])
        if isinstance(changed.get("bad_words_ids"), list):
            changed["bad_words_ids"] = self._sequences("bad_words_ids", changed["bad_words_ids"])
        if isinstance(changed.get("sequence_bias"), list):
            changed["sequence_bias"] = self._biases(changed["sequence_bias"])
        return {key: value for key, value in changed.items() if value != [] or config[key] == []}

    def _ids(self, config: Mapping[str, Any]) -> dict[str, Any]:
        changed: dict[str, Any] = {}
        for key, value in config.items():
            if key in ROLE_KEYS:
                changed[key] = self._role(key, value)
            elif key.endswith(("_token_id", "_token_index")) and isinstance(value, int):
                found = self.token(value)
                if found is None:
                    self.lost.append(key)
                else:
                    changed[key] = found
            elif key.endswith("_token_id") and isinstance(value, list):
                changed[key] = self._several(key, value)
            else:
                changed[key] = value
        return changed

    def _role(self, key: str, before: Any) -> int | list[int] | None:
        role = ROLE_KEYS[key]
        if role == "eos" and len(self.ends) > 1:
            return list(self.ends)
        found = self.ends[0] if role == "eos" and self.ends else self.roles.get(role)
        return [found] if isinstance(before, list) and found is not None else found

    def _several(self, key: str, ids: Sequence[Any]) -> list[int]:
        found = [self.token(token) if isinstance(token, int) else None for token in ids]
        self._note(key, found)
        return [token for token in found if token is not None]

    def _sequences(self, key: str, sequences: Sequence[Any]) -> list[list[int]]:
        found = [self.sequence(ids) if isinstance(ids, list) else None for ids in sequences]
        self._note(key, found)
        return [ids for ids in found if ids]

    def _forced(self, pairs: Sequence[Any]) -> list[list[int]]:
        found = [
            (pair[0], self.token(pair[1])) for pair in pairs if isinstance(pair, list) and len(pair) == 2
        ]
        self._note("forced_decoder_ids", [token for _, token in found])
        return [[place, token] for place, token in found if token is not None]

    def _biases(self, pairs: Sequence[Any]) -> list[list[Any]]:
        """``[[ids, bias], …]``."""
        found = [
            (self.sequence(pair[0]), pair[1]) for pair in pairs if isinstance(pair, list) and len(pair) == 2
        ]
        self._note("sequence_bias", [ids for ids, _ in found])
        return [[ids, bias] for ids, bias in found if ids]

    def _note(self, key: str, found: Sequence[object]) -> None:
        if missing := sum(item is None for item in found):
            self.lost.append(f"{missing} of {key}")
