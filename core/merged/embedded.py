"""A causal language model that reads vectors in place of tokens, and tells what its head would see."""

from __future__ import annotations

from typing import Any

import torch

from core.errors import UserError
from core.generation.language.loaded import Loaded

_TRIED = 8
"""Tokens that both ways of computing are compared on."""
_CLOSE = 1e-3


class EmbeddedModel:
    """Weights as they are; `context` None: no limit.

    Attributes:
        input: (V, h), the embeddings.
        head: (V, h), rows that a score is the inner product with.
    """

    def __init__(self, loaded: Loaded, *, field: str = "model") -> None:
        """
        Raises:
            UserError: the model does more with embeddings and scores than look up rows.
        """
        module: Any = loaded.module
        self.name = loaded.folder.path.name
        self.loaded = loaded
        self.context = loaded.folder.context
        self._body = module.base_model
        self.input: torch.Tensor = module.get_input_embeddings().weight.detach()
        self.head: torch.Tensor = module.get_output_embeddings().weight.detach()
        self.device = self.input.device
        entries = loaded.tokenizer.vocabulary.entries
        rows = len(self.head)
        self._holes = torch.tensor(
            [id for id in range(rows) if id >= len(entries) or entries[id] is None],
            dtype=torch.int64,
            device=self.device,
        )
        self._try(module, field)

    def start(self) -> Any:
        """An empty cache, to be read into."""
        from transformers import DynamicCache

        return DynamicCache(config=self._body.config)

    def read(self, vectors: torch.Tensor, cache: Any = None) -> torch.Tensor:
        """(n, h): what the head sees after each of the vectors (n, h), which follow what is in `cache`."""
        with torch.inference_mode():
            out = self._body(
                inputs_embeds=vectors[None], past_key_values=cache, use_cache=cache is not None
            ).last_hidden_state[0]
        found: torch.Tensor = out
        return found

    def scores(self, hidden: torch.Tensor) -> torch.Tensor:
        """(n, V) float32 of what the head sees, (n, h); −inf where there is no token."""
        with torch.inference_mode():
            found = (hidden @ self.head.T).float()
            found[:, self._holes] = -torch.inf
        return found

    def _try(self, module: Any, field: str) -> None:
        rows = min(_TRIED, len(self.input))
        ids = torch.arange(rows, device=self.device)
        with torch.inference_mode():
            looked_up = module.get_input_embeddings()(ids)
            logits = module(input_ids=ids[None], use_cache=False).logits[0].float()
            ours = (self.read(self.input[ids]) @ self.head.T).float()
        scale = logits.abs().max().clamp_min(1.0)
        if not torch.equal(looked_up, self.input[ids]) or (logits - ours).abs().max() > _CLOSE * scale:
            raise UserError(
                f"{self.name} does more than look up embeddings and multiply by its head (a "
                f"{self.loaded.folder.architecture}), which merged tokens cannot follow yet. Choose a model "
                "such as Llama, Qwen 2 or GPT-2.",
                field=field,
            )
