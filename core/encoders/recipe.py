"""How a folder says that texts are encoded: sentence-transformers' files beside a model of transformers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from core.encoders.encoder import Role, Similarity
from core.errors import UserError
from core.json_files import read_bytes, read_json_object

Attention = Literal["as made", "causal", "bidirectional"]

_MODES = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}
"""Their older keys, in the order in which several are put after each other."""
_NEWER = {"mean_sqrt_len_tokens": "mean_sqrt_len"}
"""What newer files call differently."""
STEPS = ("Dense", "LayerNorm", "Normalize", "Dropout")
"""What may follow the pooling; the last does nothing but while a model is trained."""
_PROMPTS = {"query": ("query",), "document": ("document", "passage", "corpus"), "": ()}
_SIMILARITIES: dict[str, Similarity] = {"cosine": "cosine", "dot": "dot", "euclidean": "euclidean"}
_MOST_TOKENS = 512
"""Where a folder of transformers allows more."""
_NO_LIMIT = 10**9
"""Tokenizers without a limit state an absurd one."""
_COUNT_FROM_PADDING = (
    "roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "mpnet", "longformer", "ibert",
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """Something done to pooled vectors; `folder` holds its settings and weights."""

    kind: str
    folder: Path | None = None


@dataclass(frozen=True)
class Recipe:
    """How vectors are made of a model's states.

    `pooling`: one or more of `pooling.POOLINGS`, or ``first_last``, ``echo`` or ``echo_last``.
    `most_tokens`: longer texts are cut, special tokens and prompt counted. `steps`: what follows the pooling.
    `prompts`: role (query, document) → what is put before a text. `include_prompt`: its tokens are pooled.
    `layer`: whose states are pooled: 0 is the embedding, -1 the last; None: the model's output.
    """

    pooling: tuple[str, ...] = ("mean",)
    most_tokens: int = _MOST_TOKENS
    steps: tuple[Step, ...] = ()
    lower_case: bool = False
    prompts: Mapping[str, str] = field(default_factory=dict)
    include_prompt: bool = True
    similarity: Similarity = "cosine"
    layer: int | None = None
    attention: Attention = "as made"
    cut: Literal["left", "right"] = "right"
    """The side on which longer texts are cut."""
    blank: bool = False
    """Whether a text of white space has a vector, too: that of its special tokens."""

    def prompt(self, role: Role) -> str:
        """That of the role, or the default; sentence-transformers' names for documents all count."""
        names = (*_PROMPTS[role], "")
        return next((self.prompts[name] for name in names if name in self.prompts), "")


def read_recipe(folder: Path, *, field: str) -> Recipe:
    """What the folder says; without sentence-transformers' files the mean of all tokens (the last token of
    a causal language model).

    Raises:
        UserError: a file is damaged, or asks for a step that is not known.
    """
    modules = folder / "modules.json"
    steps = read_modules(modules, field=field) if modules.is_file() else None
    root = folder / steps[0][1] if steps and steps[0][0] == "Transformer" else folder
    config = read_json_object(root / "config.json", field=field)
    file = root / "tokenizer_config.json"
    tokenizer = read_json_object(file, field=field) if file.is_file() else {}
    cut: Literal["left", "right"] = "left" if tokenizer.get("truncation_side") == "left" else "right"
    limits = [positions(config), tokenizer.get("model_max_length")]
    limit = min((some for some in limits if isinstance(some, int) and 0 < some < _NO_LIMIT), default=None)
    most = min(_MOST_TOKENS, limit or _MOST_TOKENS)
    if steps is None:
        causal = any(str(name).endswith("ForCausalLM") for name in config.get("architectures") or ())
        return Recipe(pooling=("lasttoken",) if causal else ("mean",), most_tokens=most, cut=cut)
    pooling: tuple[str, ...] | None = None
    include_prompt = True
    followed: list[Step] = []
    for place, (kind, path) in enumerate(steps):
        if kind == "Transformer" and place == 0:
            continue
        if kind == "Pooling" and pooling is None and not followed:
            pooling, include_prompt = _pooling(folder / path / "config.json", field)
        elif kind in STEPS and pooling is not None:
            followed += steps_of([(kind, path)], folder)
        else:
            raise unknown_step(modules, kind, place, field)
    own = root / "sentence_bert_config.json"
    said = read_json_object(own, field=field) if own.is_file() else {}
    length = said.get("max_seq_length", limit)
    prompts, similarity = read_settings(folder, field=field)
    return Recipe(
        pooling=pooling or ("mean",),
        most_tokens=min(length, positions(config) or length) if isinstance(length, int) else most,
        steps=tuple(followed),
        lower_case=said.get("do_lower_case") is True,
        prompts=prompts,
        include_prompt=include_prompt,
        similarity=similarity,
        cut=cut,
    )


def read_modules(file: Path, *, field: str) -> list[tuple[str, str]]:
    """modules.json: (type without its package, folder), in order.

    Raises:
        UserError: it is no list of modules, or is empty.
    """
    try:
        listed = json.loads(read_bytes(file, field=field).decode("utf-8-sig"))
        ordered = sorted(listed, key=lambda step: int(step["idx"]))
        found = [(str(step["type"]).rpartition(".")[2], str(step["path"])) for step in ordered]
        if found:
            return found
    except (ValueError, KeyError, TypeError):
        pass
    raise UserError(f"{file} is damaged: it is no list of modules.", field=field)


def steps_of(listed: Sequence[tuple[str, str]], folder: Path) -> list[Step]:
    """Those that do something."""
    return [
        Step(kind, None if kind == "Normalize" else folder / path)
        for kind, path in listed
        if kind != "Dropout"
    ]


def read_settings(folder: Path, *, field: str) -> tuple[dict[str, str], Similarity]:
    """config_sentence_transformers.json: prompts by name (the default one's name is empty), and similarity.

    Raises:
        UserError: it is damaged, or asks for a similarity that is not known.
    """
    file = folder / "config_sentence_transformers.json"
    config = read_json_object(file, field=field) if file.is_file() else {}
    prompts = config.get("prompts") or {}
    if not isinstance(prompts, dict):
        raise UserError(f"{file} is damaged: its prompts are no JSON object.", field=field)
    named = {str(role): text for role, text in prompts.items() if isinstance(text, str)}
    default = named.get(str(config.get("default_prompt_name")), "")
    asked = config.get("similarity_fn_name") or "cosine"
    similarity = _SIMILARITIES.get(str(asked))
    if similarity is None:
        raise UserError(
            f"{file} asks for the similarity {asked!r}, which is not known here; there are "
            f"{', '.join(_SIMILARITIES)}.",
            field=field,
        )
    return ({"": default, **named} if default else named), similarity


def unknown_step(modules: Path, kind: str, place: int, field: str) -> UserError:
    """For a step that is not known, or not where it stands."""
    known = ("Transformer", "StaticEmbedding", "Pooling", *STEPS)
    what = (
        f"the step {kind} at place {place + 1}, where it is not known here"
        if kind in known
        else f"the step {kind}, which is not known here; only {', '.join(known)} are"
    )
    return UserError(f"{modules} asks for {what}.", field=field)


def positions(config: Mapping[str, object]) -> int | None:
    """The most tokens that a model has positions for."""
    limit = config.get("max_position_embeddings")
    if not isinstance(limit, int) or limit <= 0:
        return None
    if config.get("model_type") in _COUNT_FROM_PADDING:
        padding = config.get("pad_token_id", 1)
        return limit - 1 - (padding if isinstance(padding, int) else 1)
    return limit


def _pooling(file: Path, field: str) -> tuple[tuple[str, ...], bool]:
    """Modes, and whether the prompt is pooled."""
    config = read_json_object(file, field=field)
    named = config.get("pooling_mode")
    if named is not None:
        modes = [_NEWER.get(mode, mode) for mode in ([named] if isinstance(named, str) else list(named))]
    else:
        modes = [mode for key, mode in _MODES.items() if config.get(key) is True] or ["mean"]
    if not modes or any(mode not in _MODES.values() for mode in modes):
        raise UserError(f"{file} asks for a pooling that is not known: {modes or 'none'}.", field=field)
    return tuple(modes), config.get("include_prompt") is not False
