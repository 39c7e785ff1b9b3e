"""The door to language models: a folder, opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

from core.generation.language.language_model import Advance, LanguageModel, State
from core.jobs.context import Context
from core.models.folder import open_model
from core.models.pretrained import open_pretrained
from core.tokenizers.files import find_tokenizer
from core.tokenizers.open import open_tokenizer


@dataclass(frozen=True, eq=False)
class _Read(State):
    ids: tuple[int, ...]

    @property
    def length(self) -> int:  # type: ignore[override]
        return len(self.ids)


class _Whole(LanguageModel):
    """Reads everything anew in each call."""

    module: torch.nn.Module

    def start(self) -> State:
        return _Read(())

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
        rows, inside = [], []
        for state, more in zip(states, ids, strict=True):
            assert isinstance(state, _Read)
            read = _Read((*state.ids, *more))
            with torch.inference_mode():
                out = self.module(input_ids=torch.tensor([read.ids]), output_hidden_states=True)
            keep = len(more) if every else 1
            rows.append(out.logits[0, -keep:].float())
            inside.append(out.hidden_states[-1][0, -keep:].float())
            after.append(read)
        return Advance(after, torch.cat(rows), torch.cat(inside) if hidden else None)


def open_language_model(
    path: Path,
    ctx: Context,
    *,
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto",
    field: str = "models",
) -> LanguageModel:
    """The model in a folder.

    Raises:
        UserError: it is no causal language model, does not fit into memory, or has no tokenizer.
    """
    from transformers import AutoModelForCausalLM

    folder = open_model(path, field=field)
    tokenizer = open_tokenizer(find_tokenizer(path, field=field), field=field)
    module = open_pretrained(AutoModelForCausalLM, path, field=field).eval()
    roles = tokenizer.vocabulary.roles
    begin = (roles.get("bos") or roles.get("eos") or ())[:1]
    model = _Whole(
        path.name,
        tokenizer,
        vocab_size=int(module.config.vocab_size),  # type: ignore[union-attr, arg-type]
        context=folder.context,
        begin=tuple(begin),
        ends=frozenset(roles.get("eos", ())),
    )
    model.module = module
    return model
