"""A small language model of the Llama architecture, trained to tell the next token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, model_validator

from core.errors import UserError
from core.training.recipes.recipe import HeldOut, Recipe, recipe

if TYPE_CHECKING:
    from pathlib import Path

    import torch
    from transformers import PreTrainedModel

    from core.jobs.context import Context
    from core.training.encoder import TextEncoder


@recipe
class CausalLm(Recipe):
    title = "Causal language model"
    source = "Llama, arXiv 2302.13971"
    sentence = "A small Llama, input and output embeddings tied, that learns to tell the next token."

    name: Literal["causal-lm"] = "causal-lm"
    hidden_size: int = Field(
        default=256, ge=8, le=8192, title="Hidden size", description="Width of the network."
    )
    layers: int = Field(
        default=4, ge=1, le=128, title="Layers", description="How many blocks lie on each other."
    )
    heads: int = Field(default=4, ge=1, le=128, title="Heads", description="Attention heads a layer.")
    intermediate_size: int | None = Field(
        default=None,
        ge=8,
        title="Inner size",
        description="Width of the feed-forward part; by default 8/3 of the hidden size, rounded up to 16.",
        json_schema_extra={"advanced": True},
    )
    context: int = Field(default=128, ge=2, le=32768, title="Context", description="Tokens per sequence.")

    @model_validator(mode="after")
    def _heads_divide_width(self) -> Self:
        if self.hidden_size % (2 * self.heads):
            raise ValueError(
                f"hidden size {self.hidden_size} does not divide into {self.heads} heads of an even size"
            )
        return self

    def inner_size(self) -> int:
        return self.intermediate_size or -(-self.hidden_size * 8 // 3 // 16) * 16

    def parameters(self, vocab_size: int) -> int:
        layer = 4 * self.hidden_size**2 + 3 * self.hidden_size * self.inner_size() + 2 * self.hidden_size
        return vocab_size * self.hidden_size + self.layers * layer + self.hidden_size

    def material(self, texts: Sequence[str], encoder: TextEncoder, ctx: Context) -> torch.Tensor:
        """(n,) int64: the tokens of all passages."""
        from core.tokenizers.passages import passages

        tokens = encoder.documents([piece for text in texts for piece in passages(text)], ctx)
        if len(tokens) <= self.context:
            raise UserError(
                f"The text is {len(tokens):,} tokens long, and one sequence needs {self.context + 1:,}: "
                "give more text or a shorter context.",
                field="text",
            )
        return tokens

    def network(self, encoder: TextEncoder, material: Any = None) -> PreTrainedModel:
        from transformers import LlamaConfig, LlamaForCausalLM

        return LlamaForCausalLM(
            LlamaConfig(
                vocab_size=encoder.size,
                hidden_size=self.hidden_size,
                intermediate_size=self.inner_size(),
                num_hidden_layers=self.layers,
                num_attention_heads=self.heads,
                max_position_embeddings=self.context,
                tie_word_embeddings=True,
                bos_token_id=encoder.bos,
                eos_token_id=encoder.eos,
                pad_token_id=None,
            )
        )

    def losses(
        self, network: PreTrainedModel, material: torch.Tensor, step: int, seed: int
    ) -> Iterator[torch.Tensor]:
        from core.training.next_token import next_token_losses

        return next_token_losses(network, material, self.context, self.batch, step, seed)

    def held_out(
        self, network: PreTrainedModel, encoder: TextEncoder, texts: Sequence[str], ctx: Context
    ) -> HeldOut:
        from core.training.next_token import bits_per_byte

        return {"held_out_bits_per_byte": bits_per_byte(network, encoder, texts, ctx)}

    def write(self, folder: Path, network: PreTrainedModel, tokenizer: Path) -> None:
        from core.training.folder import write_model

        write_model(folder, network, tokenizer)

    def tokens_per_step(self) -> int:
        return self.batch * self.context
