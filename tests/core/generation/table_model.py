"""A language model that is a Python function, over a toy tokenizer: what is exact can be compared exactly."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from core.generation.language.language_model import Advance, LanguageModel, State
from core.tokenizers.open import Tokenizer, open_tokenizer

END = "<|end|>"


@dataclass(frozen=True, eq=False)
class Read(State):
    ids: tuple[int, ...]

    @property
    def length(self) -> int:  # type: ignore[override]
        return len(self.ids)


class TableModel(LanguageModel):
    """`law` maps the ids read so far to the probability of each next token, by id; others have none."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        law: Callable[[tuple[int, ...]], Mapping[int, float]],
        *,
        ends: frozenset[int] = frozenset(),
        context: int | None = None,
    ) -> None:
        super().__init__(
            "table", tokenizer, vocab_size=tokenizer.vocabulary.size, context=context, begin=(), ends=ends
        )
        self._law = law

    def start(self) -> State:
        return Read(())

    def advance(
        self,
        states: Sequence[State],
        ids: Sequence[Sequence[int]],
        *,
        every: bool = False,
        hidden: bool = False,
    ) -> Advance:
        self.calls += 1
        after: list[State] = []
        rows = []
        for state, more in zip(states, ids, strict=True):
            assert isinstance(state, Read)
            for count in range(1 if every else len(more), len(more) + 1):
                rows.append(self.row((*state.ids, *more[:count])))
            after.append(Read((*state.ids, *more)))
        return Advance(after, torch.stack(rows), None)

    def row(self, ids: tuple[int, ...]) -> torch.Tensor:
        """(V,) float64 log-probabilities after `ids`."""
        found = torch.zeros(self.vocab_size, dtype=torch.float64)
        for id, probability in self._law(ids).items():
            found[id] = probability
        return found.log()


def toy_bpe(folder: Path, letters: str, merges: Sequence[tuple[str, str]]) -> Tokenizer:
    """BPE over letters without any cutting: ids are the letters, then what merges make, then the end."""
    tokens = [*letters, *(a + b for a, b in merges)]
    return _written(
        folder,
        {
            "type": "BPE",
            "vocab": {token: id for id, token in enumerate(dict.fromkeys(tokens))},
            "merges": [f"{a} {b}" for a, b in merges],
        },
    )


def toy_unigram(folder: Path, scores: Mapping[str, float]) -> Tokenizer:
    """Unigram over letters without any cutting: token → log-probability, ids in that order."""
    return _written(folder, {"type": "Unigram", "unk_id": None, "vocab": [list(e) for e in scores.items()]})


def _written(folder: Path, model: dict[str, object]) -> Tokenizer:
    folder.mkdir(parents=True, exist_ok=True)
    vocab = model["vocab"]
    assert isinstance(vocab, dict | list)
    end = {"id": len(vocab), "content": END, "special": True}
    end |= dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    data = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [end],
        "normalizer": None,
        "pre_tokenizer": None,
        "post_processor": None,
        "decoder": None,
        "model": model,
    }
    (folder / "tokenizer.json").write_text(json.dumps(data), encoding="utf-8")
    return open_tokenizer(folder / "tokenizer.json")
