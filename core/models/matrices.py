"""Which tensors of a checkpoint belong to the vocabulary: input embedding, head, the head's bias, others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.models.headers import TensorEntry

_INPUT = (
    "model.embed_tokens.weight",
    "transformer.wte.weight",
    "gpt_neox.embed_in.weight",
    "model.decoder.embed_tokens.weight",
    "transformer.word_embeddings.weight",
    "shared.weight",
    "model.shared.weight",
    "bert.embeddings.word_embeddings.weight",
    "roberta.embeddings.word_embeddings.weight",
    "distilbert.embeddings.word_embeddings.weight",
    "embeddings.word_embeddings.weight",
    "model.embeddings.tok_embeddings.weight",
    "embeddings.tok_embeddings.weight",
    "language_model.model.embed_tokens.weight",
    "model.language_model.embed_tokens.weight",
    "backbone.embeddings.weight",
    "backbone.embedding.weight",
    "embed_tokens.weight",
    "wte.weight",
    "embed_in.weight",
    "word_embeddings.weight",
    "decoder.embed_tokens.weight",
)
_INPUT_ENDINGS = (
    ".embed_tokens.weight",
    ".wte.weight",
    ".word_embeddings.weight",
    ".embed_in.weight",
    ".tok_embeddings.weight",
)
_HEAD = (
    "lm_head.weight",
    "embed_out.weight",
    "cls.predictions.decoder.weight",
    "lm_head.decoder.weight",
    "output.weight",
    "language_model.lm_head.weight",
    "vocab_projector.weight",
    "decoder.weight",
)
_BIAS = (
    "lm_head.bias",
    "embed_out.bias",
    "cls.predictions.bias",
    "cls.predictions.decoder.bias",
    "lm_head.decoder.bias",
    "language_model.lm_head.bias",
    "vocab_projector.bias",
    "decoder.bias",
)
_HEAD_OF = {
    "model.embed_tokens.weight": "lm_head.weight",
    "transformer.wte.weight": "lm_head.weight",
    "gpt_neox.embed_in.weight": "embed_out.weight",
    "model.decoder.embed_tokens.weight": "lm_head.weight",
    "transformer.word_embeddings.weight": "lm_head.weight",
    "language_model.model.embed_tokens.weight": "language_model.lm_head.weight",
    "model.language_model.embed_tokens.weight": "lm_head.weight",
    "backbone.embeddings.weight": "lm_head.weight",
    "backbone.embedding.weight": "lm_head.weight",
    "bert.embeddings.word_embeddings.weight": "cls.predictions.decoder.weight",
    "roberta.embeddings.word_embeddings.weight": "lm_head.decoder.weight",
    "distilbert.embeddings.word_embeddings.weight": "vocab_projector.weight",
    "model.embeddings.tok_embeddings.weight": "decoder.weight",
}
"""Input embedding → the head that a model of its kind has where the two are not one."""
_OF_THE_VOCABULARY = ("embed", "wte", "vocab", "head", "logit", "predictions")
"""Parts of names that speak of the vocabulary, for tensors whose dimension could be something else's too."""

_WIDTHS = ("hidden_size", "n_embd", "d_model", "embedding_size", "word_embed_proj_dim")
_OTHER_SIZES = (
    "hidden_size", "n_embd", "d_model", "intermediate_size", "n_inner", "d_ff", "ffn_dim", "ffn_hidden_size",
    "max_position_embeddings", "n_positions", "n_ctx", "num_hidden_layers", "n_layer", "head_dim",
)  # fmt: skip


@dataclass(frozen=True)
class Matrices:
    """Names of tensors. `rows` of the input embedding, `width` of each row.

    `misshapen`: a tensor with a head's name that is no (rows, n) matrix, or None.
    `others`: tensors with a dimension equal to the rows that are none of the above, so that nobody knows
    what becomes of them under another vocabulary.
    """

    input: str
    head: str | None
    biases: tuple[str, ...]
    others: tuple[str, ...]
    rows: int
    width: int
    misshapen: str | None = None


def find_matrices(tensors: Mapping[str, TensorEntry], config: Mapping[str, Any]) -> Matrices | None:
    """Find them by their usual names and by their shapes; None where there is no input embedding.

    Args:
        tensors: of the whole checkpoint.
        config: the part of config.json that describes the language model.
    """
    name = _input_embedding(tensors, config.get("vocab_size"))
    if name is None:
        return None
    rows, width = tensors[name].shape
    head = next((n for n in _HEAD if n in tensors and tensors[n].shape == (rows, width)), None)
    if head is None:  # a head of another width, behind a projection, is still the head
        widths = {config.get(size) for size in _WIDTHS}
        head = next(
            (
                n
                for n in _HEAD
                if n in tensors
                and len(tensors[n].shape) == 2
                and tensors[n].shape[0] == rows
                and tensors[n].shape[1] in widths
            ),
            None,
        )
    biases = tuple(n for n in _BIAS if n in tensors and tensors[n].shape == (rows,))
    known = {name, head, *biases}
    ambiguous = rows in [config.get(size) for size in _OTHER_SIZES]
    others = tuple(
        n
        for n, tensor in tensors.items()
        if n not in known and rows in tensor.shape and (not ambiguous or _speaks_of_the_vocabulary(n))
    )
    misshapen = next((n for n in _HEAD[:4] if n in tensors and head is None), None)
    return Matrices(name, head, biases, others, rows, width, misshapen)


def untied_head(input: str) -> str | None:
    """What the head of a model would be called if it were not its input embedding; None where unknown."""
    return _HEAD_OF.get(input)


def _input_embedding(tensors: Mapping[str, TensorEntry], vocab_size: object) -> str | None:
    matrices = [name for name, tensor in tensors.items() if len(tensor.shape) == 2]
    named = [name for name in _INPUT if name in matrices]
    named += [name for name in matrices if name.endswith(_INPUT_ENDINGS) and name not in named]
    fitting = [name for name in named if tensors[name].shape[0] == vocab_size]
    return next(iter([*fitting, *named]), None)


def _speaks_of_the_vocabulary(name: str) -> bool:
    return "position" not in name and any(part in name for part in _OF_THE_VOCABULARY)
