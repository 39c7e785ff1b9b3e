"""The network: pieces of a token → a row of the input embedding, and one of an untied head.

Architecture of arXiv 2405.07883 (section 3, and the authors' code): each piece's base row, scaled, is
projected and passes a block (dense, GELU, dense, GELU, added, normed); a bidirectional RoBERTa encoder
reads the pieces; what stands at the first position passes another such block and a last dense layer for
each matrix, and is scaled to the spread of the base's rows. Parameters carry the names that the published
torch weights have.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional
from transformers import RobertaConfig, RobertaModel

from core.hypernetwork.config import HypernetworkConfig

EPSILON = 1e-8
POSITIONS = 514
"""As in roberta-base, whose constants the published networks have; so the layers' GELU and norms below."""


class Predicted(NamedTuple):
    """(n, h) rows of the input; (n, h) of an untied head; (n,) biases, where they are foretold."""

    input: torch.Tensor
    head: torch.Tensor | None
    bias: torch.Tensor | None


class Scaler(nn.Module):
    """x ↦ w x + b in each dimension; not trained."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.ones(1, width), requires_grad=False)
        self.b = nn.Parameter(torch.zeros(1, width), requires_grad=False)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        scaled: torch.Tensor = self.w * rows + self.b
        return scaled

    def reset(self) -> None:
        self.w.data.fill_(1.0)
        self.b.data.zero_()

    def fit(self, rows: torch.Tensor, mean: torch.Tensor, deviation: torch.Tensor) -> None:
        """Make the rows (n, d) come out with this mean and population deviation, each (d,)."""
        self.w.data.copy_((deviation / (rows.std(dim=0, correction=0) + EPSILON))[None])
        self.b.data.copy_((mean - (rows * self.w.data).mean(dim=0))[None])


class ProjectorBlock(nn.Module):
    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.dense1 = nn.Linear(width, inner)
        self.dense2 = nn.Linear(inner, width)
        self.ln = nn.LayerNorm(width, eps=1e-6)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        inner = functional.gelu(self.dense1(rows), approximate="tanh")
        added: torch.Tensor = self.ln(functional.gelu(self.dense2(inner), approximate="tanh") + rows)
        return added


class Hypernetwork(nn.Module):
    def __init__(self, config: HypernetworkConfig) -> None:
        super().__init__()
        self.config = config
        width, inner = config.width, config.feed_forward
        self.model = RobertaModel(_encoder(config), add_pooling_layer=False)
        del self.model.embeddings.word_embeddings  # pieces come as rows of the base, never by this table
        self.fallback_embeddings = nn.Embedding(max(1, config.extra_tokens), config.source_width)
        self.input_projection = nn.Sequential(
            nn.Linear(config.source_width, width), ProjectorBlock(width, inner)
        )
        together = config.untied and config.one_output
        out = config.source_width if together else config.base_width
        self.output_projection = nn.Sequential(ProjectorBlock(width, inner), nn.Linear(width, out))
        if config.untied and not together:
            self.output_projection_out = nn.Sequential(
                ProjectorBlock(width, inner), nn.Linear(width, config.base_width)
            )
        if config.scaled:
            self.in_scaler = Scaler(config.source_width)
            self.scaler = Scaler(config.base_width)
            if config.untied:
                self.out_scaler = Scaler(config.base_width)
        if config.bias:
            self.bias_projection = nn.Linear(width, 1)
        if config.by_language:
            self.lang_embeddings = nn.Embedding(config.languages or 1, width)

    def forward(self, forms: torch.Tensor, source: torch.Tensor, language: int | None = None) -> Predicted:
        """Rows for n tokens.

        Args:
            forms: (n, L) int64, the ids of each token's pieces, filled up behind with `config.padding`; at
                least one piece each.
            source: (V, h), or (V, 2h) with the head's rows beside the input's, V ≥ `config.base_tokens`.
            language: one of the languages that a multilingual network was trained on, by its place.
        """
        lengths = (forms != self.config.padding).sum(dim=1)
        made: list[Predicted] = []
        order: list[torch.Tensor] = []
        low = 0
        while (
            low < forms.shape[1]
        ):  # spellings of like length together: most are far shorter than the longest
            high = min(max(1, 2 * low), forms.shape[1])
            chosen = ((lengths > low) & (lengths <= high)).nonzero()[:, 0]
            if len(chosen):
                order.append(chosen)
                made.append(self._of_length(forms[chosen, :high], source, language))
            low = high
        back = torch.cat(order).argsort()
        rows = _joined([part.input for part in made], back)
        assert rows is not None
        return Predicted(
            rows, _joined([part.head for part in made], back), _joined([part.bias for part in made], back)
        )

    def _of_length(self, forms: torch.Tensor, source: torch.Tensor, language: int | None) -> Predicted:
        hidden = self._read(forms, source, language)
        rows = self.output_projection(hidden)
        head = None
        if self.config.untied:
            if self.config.one_output:
                rows, head = rows.split(self.config.base_width, dim=1)
            else:
                head = self.output_projection_out(hidden)
        if self.config.scaled:
            rows = self.scaler(rows)
            head = None if head is None else self.out_scaler(head)
        bias = self.bias_projection(hidden)[:, 0] if self.config.bias else None
        return Predicted(rows, head, bias)

    def _read(self, forms: torch.Tensor, source: torch.Tensor, language: int | None) -> torch.Tensor:
        """(n, width): what the encoder makes of the first piece, having read them all."""
        own = forms - self.config.base_tokens
        pieces = functional.embedding(forms.clamp_max(self.config.base_tokens - 1), source)
        if self.config.scaled:
            pieces = self.in_scaler(pieces)
        extra = self.fallback_embeddings(own.clamp(0, self.fallback_embeddings.num_embeddings - 1))
        pieces = self.input_projection(torch.where((own >= 0)[..., None], extra, pieces))
        seen = forms != self.config.padding
        if language is not None:
            pieces = torch.cat([pieces, self._language(language, pieces)], dim=1)
            seen = torch.cat([seen, seen.new_ones(len(seen), 1)], dim=1)
        positions = torch.arange(seen.shape[1], device=seen.device).expand(seen.shape)
        encoded = self.model(inputs_embeds=pieces, attention_mask=seen.long(), position_ids=positions)
        first: torch.Tensor = encoded.last_hidden_state[:, 0]
        return first

    def _language(self, language: int, pieces: torch.Tensor) -> torch.Tensor:
        """(n, 1, width): the language as one more piece, which has no place among the others.

        The encoder adds a position to everything it reads, so that one is taken off here.
        """
        place = torch.tensor(pieces.shape[1], device=pieces.device)
        added = self.model.embeddings.position_embeddings(place)
        added = added + self.model.embeddings.token_type_embeddings(torch.zeros_like(place))
        own = self.lang_embeddings(torch.tensor(language, device=pieces.device)) - added
        return own.expand(len(pieces), 1, -1)


def _encoder(config: HypernetworkConfig) -> RobertaConfig:
    return RobertaConfig(
        vocab_size=2,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
        hidden_size=config.width,
        num_hidden_layers=config.layers,
        num_attention_heads=config.attention_heads,
        intermediate_size=config.feed_forward,
        hidden_act="gelu",
        layer_norm_eps=1e-5,
        max_position_embeddings=POSITIONS,
        type_vocab_size=1,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )


def _joined(parts: list[torch.Tensor | None], back: torch.Tensor) -> torch.Tensor | None:
    there = [part for part in parts if part is not None]
    return torch.cat(there)[back] if there else None
