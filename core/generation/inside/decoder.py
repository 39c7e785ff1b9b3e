"""A causal language model opened so that one can look between its layers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from core.errors import UserError
from core.generation.language.preview import causal_folder
from core.jobs.context import Context
from core.jobs.memory import free_memory
from core.models.folder import ModelFolder
from core.models.pretrained import open_pretrained
from core.sizes import bytes_in_words
from core.tokenizers.files import find_tokenizer
from core.tokenizers.open import open_tokenizer
from core.tokenizers.tokenizer import Tokenizer

FINAL_NORMS = ("norm", "ln_f", "final_layer_norm", "final_layernorm", "norm_f", "final_norm")
"""What the norm before the head is called: in Llama and its like; GPT-2, Falcon, Bloom; OPT; Phi; MPT."""
_FLOAT = 4


@dataclass(frozen=True, eq=False)
class Decoder:
    """A causal language model of transformers in float32, in evaluation mode, its weights frozen.

    `begin`: the token that stands before any text, or none. `context`: the most tokens at once.
    """

    name: str
    folder: ModelFolder
    tokenizer: Tokenizer
    module: Any
    begin: tuple[int, ...]
    context: int | None

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
    """The model in a folder, on the context's device; a stop is heard while it reads.

    Args:
        room: tells from a model's headers how many bytes will be needed beside its weights.

    Raises:
        UserError: it is no causal language model, does not fit into memory, or has no tokenizer.
    """
    from transformers import AutoModelForCausalLM

    folder = causal_folder(path, field=field)
    tokenizer = open_tokenizer(find_tokenizer(path, field=field), field=field)
    needed = _FLOAT * folder.parameters + room(folder)
    free = free_memory(ctx.device, wanted=needed)
    if needed > free:
        raise UserError(
            f"Looking into {folder.path.name} takes about {bytes_in_words(needed)} of memory, and "
            f"{bytes_in_words(free)} are free. Close other programs, or choose a smaller model.",
            field=field,
        )
    ctx.check()
    module = open_pretrained(AutoModelForCausalLM, path, field=field).to(ctx.device).eval()
    module.requires_grad_(False)
    _hear_stop(module, ctx)
    roles = tokenizer.vocabulary.roles
    return Decoder(
        name=folder.path.name,
        folder=folder,
        tokenizer=tokenizer,
        module=module,
        begin=(roles.get("bos") or roles.get("eos") or ())[:1],
        context=folder.context,
    )


def _hear_stop(module: torch.nn.Module, ctx: Context) -> None:
    """Before every part that computes: one pass of a large model takes far longer than a person waits."""
    for part in module.modules():
        if next(part.parameters(recurse=False), None) is not None:
            part.register_forward_pre_hook(lambda *_: ctx.check())


def _given(config: Any, name: str) -> bool:
    return getattr(config, name, None) is not None
