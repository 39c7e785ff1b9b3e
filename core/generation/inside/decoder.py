"""A causal language model opened so that one can look between its layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from core.errors import UserError
from core.generation.language.language_model import LanguageModel
from core.generation.language.opened import open_with_weights
from core.jobs.context import Context
from core.jobs.memory import free_memory
from core.models.folder import ModelFolder
from core.sizes import bytes_in_words
from core.tokenizers.tokenizer import Tokenizer

FINAL_NORMS = ("norm", "ln_f", "final_layer_norm", "final_layernorm", "norm_f", "final_norm")
"""What the norm before the head is called: in Llama and its like; GPT-2, Falcon, Bloom; OPT; Phi; MPT."""


@dataclass(frozen=True, eq=False)
class Decoder:
    """A causal language model of transformers in float32, in evaluation mode, its weights frozen.

    Other jobs work with the same module: nothing in it is changed for longer than a pass.
    """

    language: LanguageModel
    folder: ModelFolder
    module: Any
    check: Callable[[], None] = lambda: None
    """Called before every part that computes: one pass of a large model takes far longer than a person
    waits for a stop."""

    @property
    def name(self) -> str:
        return self.language.name

    @property
    def tokenizer(self) -> Tokenizer:
        return self.language.tokenizer

    @property
    def begin(self) -> tuple[int, ...]:
        """The token that stands before any text, or none."""
        return self.language.begin

    @property
    def context(self) -> int | None:
        """The most tokens at once."""
        return self.language.context

    @property
    def device(self) -> torch.device:
        return next(self.module.parameters()).device  # type: ignore[no-any-return]

    @property
    def tokens(self) -> int:
        """Rows of the head that stand for a token."""
        return min(self.tokenizer.vocabulary.size, self.folder.vocab_size)

    @property
    def final_norm(self) -> torch.nn.Module:
        """What stands between the last layer and the head.

        Raises:
            UserError: it has none under a name that is known.
        """
        base = self.module.base_model
        for part in (base, getattr(base, "decoder", None)):
            for name in FINAL_NORMS:
                found = getattr(part, name, None)
                if isinstance(found, torch.nn.Module):
                    return found
        raise UserError(
            f"The layers of {self.name} cannot be read off: a {self.folder.family} has no norm before its "
            f"head under any name that Lexigraft knows ({', '.join(FINAL_NORMS)}).",
            field="model",
        )

    @property
    def head(self) -> torch.nn.Linear:
        """The matrix (V, h) from what it reads to logits.

        Raises:
            UserError: the model has none.
        """
        head = self.module.get_output_embeddings()
        if head is None:
            raise UserError(f"{self.name} has no head that makes logits.", field="model")
        return head  # type: ignore[no-any-return]

    def read(self, ids: torch.Tensor, weights: Mapping[str, torch.Tensor] | None = None, **asked: Any) -> Any:
        """What transformers gives for (B, T) ids, in one pass without a cache, in which a stop is heard.

        Args:
            weights: stand in for the module's own of that name.
            asked: further arguments of the module.
        """
        hooks = [
            part.register_forward_pre_hook(lambda *_: self.check())
            for part in self.module.modules()
            if next(part.parameters(recurse=False), None) is not None
        ]
        given = {"input_ids": ids.to(self.device), "use_cache": False, **asked}
        try:
            return torch.func.functional_call(self.module, dict(weights or {}), (), given)
        finally:
            for hook in hooks:
                hook.remove()

    def read_off(self, hidden: torch.Tensor) -> torch.Tensor:
        """What the model would foretell if its layers ended here: head(final norm(hidden)).

        Args:
            hidden: (…, h) of the residual stream, before the final norm, on any device.

        Returns:
            (…, V) float32 logits; −inf for rows of the head without a token.
        """
        config = self.module.config.get_text_config()
        logits = self.head(self.final_norm(hidden.to(self.device))).float()
        logits = logits * getattr(config, "logit_scale", None) if _given(config, "logit_scale") else logits
        logits = logits / config.logits_scaling if _given(config, "logits_scaling") else logits
        if _given(config, "final_logit_softcapping"):
            cap = config.final_logit_softcapping
            logits = torch.tanh(logits / cap) * cap
        logits[..., self.tokens :] = float("-inf")
        return logits


def open_decoder(
    path: Path, ctx: Context, *, field: str, room: Callable[[ModelFolder], int] = lambda folder: 0
) -> Decoder:
    """The model in a folder, on the context's device, from memory where an earlier job has left it there; a
    stop is heard while it reads.

    Args:
        room: tells from a model's headers how many bytes will be needed beside its weights.

    Raises:
        UserError: it is no causal language model, does not fit into memory, or has no tokenizer.
    """
    language, loaded = open_with_weights(path, ctx, field=field)
    needed = room(loaded.folder)
    free = free_memory(ctx.device, wanted=needed)
    if needed > free:
        raise UserError(
            f"Looking into {language.name} takes about {bytes_in_words(needed)} of memory beside the model, "
            f"and {bytes_in_words(free)} are free. Close other programs, or choose a smaller model.",
            field=field,
        )
    ctx.check()
    loaded.module.requires_grad_(False)
    return Decoder(language, loaded.folder, loaded.module, ctx.check)


def _given(config: Any, name: str) -> bool:
    return getattr(config, name, None) is not None
