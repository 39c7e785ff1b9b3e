"""Reading anew what each state has read, for models whose memory cannot be shared between branches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import torch

from core.generation.language.language_model import Advance, LanguageModel, State
from core.generation.language.through_transformers import one_pass
from core.generation.language.tree import check_lengths, without_holes


class Read(State):
    """A state: its tokens."""

    def __init__(self, ids: tuple[int, ...]) -> None:
        self.ids = ids

    @property
    def length(self) -> int:  # type: ignore[override]
        return len(self.ids)


class WholeModel(LanguageModel):
    """Correct for every causal model of transformers (sliding windows, state spaces, ALiBi), and slow.

    Args:
        module: on its device, in evaluation mode.
        holes: (k,) the head's rows that are no token.
    """

    def __init__(self, *args: Any, module: torch.nn.Module, holes: torch.Tensor, **named: Any) -> None:
        super().__init__(*args, **named)
        self._module: Any = module
        self._holes = holes

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
        read = cast("Sequence[Read]", states)
        counts = check_lengths(self, read, ids)
        after = [Read((*state.ids, *more)) for state, more in zip(read, ids, strict=True)]
        rows, inside = [], []
        for state, count in zip(after, counts, strict=True):
            self.check()
            logits, heard = read_plainly(self._module, state.ids)
            keep = count if every else 1
            rows.append(logits[-keep:])
            inside.append(heard[-keep:])
        law = without_holes(self, torch.cat(rows), self._holes)
        return Advance(list(after), law, torch.cat(inside).float().cpu() if hidden else None)


def read_plainly(module: Any, ids: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits (n, V) and what the head read (n, h), of one text in one pass without any cache."""
    device = next(module.parameters()).device
    with torch.inference_mode():
        return one_pass(module, input_ids=torch.tensor([list(ids)], device=device), use_cache=False)
