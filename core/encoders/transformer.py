"""A model of transformers as an encoder: the states of a text's tokens, pooled."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.encoders.attention import check_attention, mask_for
from core.encoders.batches import ON_ACCELERATOR, ON_CPU, batches, representatives
from core.encoders.echo import doubled, second_copy, twice
from core.encoders.encoder import (
    EMPTY,
    FAILED,
    OK,
    TRUNCATED,
    Encoder,
    Floats,
    Part,
    Role,
    Slices,
    TokenStates,
    damaged,
)
from core.encoders.layers import LayerStates
from core.encoders.pooling import pool, shares
from core.encoders.recipe import Recipe, positions, read_modules, read_recipe
from core.encoders.steps import Normalize, open_steps
from core.encoders.tokens import Tokens, prompt_length, tokenised
from core.encoders.weight_memory import check_memory
from core.errors import UserError
from core.jobs.content_hash import content_hash
from core.jobs.context import Context
from core.json_files import read_json_object
from core.models.pretrained import open_pretrained

if TYPE_CHECKING:
    import tokenizers

_VERSION = "1"
"""Raised when the same weights and settings begin to give other vectors."""
PROBES = (
    "How is the harbour lit?",
    "A ship left the harbour in the morning of the day before, and nobody had seen it on the bridge.",
    "lamps",
)
_ALIKE = 0.9999


class TransformerEncoder(Encoder):
    """Opened by `open_transformer`.

    Args:
        model: gives states for token ids.
        tokenizer: puts the special tokens around a text; its own padding and truncation are replaced.
        steps: what is done to pooled vectors.
        width: of vectors after the steps.
        path: the folder that it comes from.
    """

    def __init__(
        self,
        model: torch.nn.Module,
        tokenizer: tokenizers.Tokenizer,
        recipe: Recipe,
        steps: torch.nn.Module,
        width: int,
        path: Path,
    ) -> None:
        self.model, self.recipe, self.width, self.path = model, recipe, width, path
        self.name, self.most_tokens, self.similarity = path.name, recipe.most_tokens, recipe.similarity
        self.tokenizer, self.steps = tokenizer, steps
        tokenizer.no_padding()
        tokenizer.enable_truncation(recipe.most_tokens, direction=recipe.cut)
        padding = getattr(model.config, "pad_token_id", None)
        self._padding = padding if isinstance(padding, int) and padding >= 0 else 0

    @cached_property
    def digest(self) -> str:
        weights = content_hash(self.path, "model")
        steps = [
            content_hash(step.folder, "model") if step.folder else step.kind for step in self.recipe.steps
        ]
        said = f"{_VERSION} {weights} {steps} {_settings(self.recipe)}"
        return hashlib.sha256(said.encode()).hexdigest()

    def parts(
        self, texts: Slices, ctx: Context, *, role: Role = "", stage: str = "Encoding"
    ) -> Iterator[Part]:
        tokens = self._tokens(texts, role, ctx, stage)
        lengths = tokens.lengths
        empty = np.flatnonzero(lengths == 0)
        if len(empty):
            yield _part(empty, np.zeros((len(empty), self.width), np.float32), EMPTY)
        leaders = representatives(tokens)
        alike = np.argsort(leaders, kind="stable")
        first_alike = np.searchsorted(leaders[alike], np.arange(len(leaders) + 1))
        leading = np.where(leaders == np.arange(len(leaders)), lengths, 0)
        total, done = int(leading.sum()), 0
        for rows in batches(leading, ON_CPU if self._device.type == "cpu" else ON_ACCELERATOR):
            ctx.progress(done, total, stage)
            vectors = self._vectors(tokens, rows)
            done += int(lengths[rows].sum())
            counts = first_alike[rows + 1] - first_alike[rows]
            if (counts > 1).any():
                members = np.concatenate([alike[first_alike[row] : first_alike[row + 1]] for row in rows])
                rows, vectors = members, np.repeat(vectors, counts, axis=0)
            status = np.where(tokens.cut[rows], TRUNCATED, OK)
            broken = ~np.isfinite(vectors).all(axis=1)
            vectors[broken], status[broken] = 0.0, FAILED
            yield _part(rows, vectors, status)
        ctx.progress(total, total, stage)

    def token_states(self, texts: Sequence[str], ctx: Context, *, role: Role = "") -> list[TokenStates]:
        tokens = self._tokens(texts, role, ctx, "Encoding")
        found: list[TokenStates | None] = [None] * len(texts)
        nothing = np.zeros((0, int(self.model.config.hidden_size)), np.float32)  # type: ignore[union-attr, arg-type]
        for row in np.flatnonzero(tokens.lengths == 0):
            none = np.zeros(0, np.int64)
            found[row] = TokenStates(
                none, np.zeros((0, 2), np.int64), none.astype(bool), nothing, nothing[:, 0]
            )
        done, total = 0, int(tokens.lengths.sum())
        for rows in batches(tokens.lengths, ON_CPU if self._device.type == "cpu" else ON_ACCELERATOR):
            ctx.progress(done, total, "Encoding")
            done += int(tokens.lengths[rows].sum())
            with torch.inference_mode():
                states, _, pooled = self._states(tokens, rows)
            states = states.float().cpu()
            for place, row in enumerate(rows.tolist()):
                length = int(tokens.lengths[row])
                offsets, special = self._offsets(texts[row], role)
                kept = states[place, :length]
                found[row] = TokenStates(
                    tokens.ids[tokens.starts[row] : tokens.starts[row + 1]].astype(np.int64),
                    offsets[:length],
                    special[:length],
                    kept.numpy().copy(),
                    shares(kept, pooled[place, :length].cpu(), self._modes).numpy(),
                )
        return [states for states in found if states is not None]

    def layer_states(
        self, texts: Slices, ctx: Context, *, role: Role = "", stage: str = "Encoding"
    ) -> Iterator[LayerStates]:
        """The states of all layers, some texts at a time; texts without tokens are left out."""
        tokens = self._tokens(texts, role, ctx, stage)
        done, total = 0, int(tokens.lengths.sum())
        for rows in batches(tokens.lengths, ON_CPU if self._device.type == "cpu" else ON_ACCELERATOR):
            ctx.progress(done, total, stage)
            with torch.inference_mode():
                out, there, pooled = self._out(tokens, rows, all_layers=True)
            done += int(tokens.lengths[rows].sum())
            yield LayerStates(rows, out.hidden_states, there, pooled, tokens.cut[rows])
        ctx.progress(total, total, stage)

    def after(self, pooled: torch.Tensor) -> torch.Tensor:
        """What is done to pooled vectors: the folder's steps, and length 1 where the similarity is cosine."""
        made: torch.Tensor = self.steps(pooled)
        return made

    def _tokens(self, texts: Slices, role: Role, ctx: Context, stage: str) -> Tokens:
        prompt = self.recipe.prompt(role)
        if self._echoes:
            return twice(texts, self.tokenizer, prompt, self.recipe, ctx, stage)
        skipped = 0 if self.recipe.include_prompt else prompt_length(self.tokenizer, prompt)
        return tokenised(
            texts,
            self.tokenizer,
            prompt,
            ctx,
            stage,
            skipped=skipped,
            lower=self.recipe.lower_case,
            blank=self.recipe.blank,
        )

    def _offsets(self, text: str, role: Role) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        prompt = self.recipe.prompt(role)
        if self._echoes:
            encoding, second, _ = next(doubled([text], self.tokenizer, prompt, self.recipe))
            inside = second_copy(encoding, second)
            offsets = np.maximum(np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2) - second, 0)
            return offsets * inside[:, None], ~inside
        read = prompt + text
        encoding = self.tokenizer.encode(read.lower() if self.recipe.lower_case else read)
        offsets = np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2)
        special = np.array(encoding.special_tokens_mask, dtype=bool)
        within = np.maximum(offsets - len(prompt), 0)
        within[special | (offsets[:, 1] <= len(prompt))] = 0
        return within, special

    def _vectors(self, tokens: Tokens, rows: NDArray[np.int64]) -> Floats:
        """(m, width); in halves where a card has not the memory for all at once."""
        try:
            with torch.inference_mode():
                states, there, pooled = self._states(tokens, rows)
                made = self.steps(pool(states, pooled, self._modes, there))
            vectors: Floats = made.cpu().numpy()
            return vectors
        except torch.OutOfMemoryError as error:
            if len(rows) == 1:
                raise UserError(
                    f"{self.name} needs more memory than there is for a text of {tokens.lengths[rows[0]]:,} "
                    "tokens; let it read fewer (Most tokens), or compute on the processor.",
                    field="system",
                ) from error
        half = len(rows) // 2
        return np.concatenate([self._vectors(tokens, rows[:half]), self._vectors(tokens, rows[half:])])

    def _states(
        self, tokens: Tokens, rows: NDArray[np.int64]
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """(m, tokens, d), which of them are no padding, and which are pooled."""
        recipe = self.recipe
        mixed = recipe.layer is not None or "first_last" in recipe.pooling
        out, there, pooled = self._out(tokens, rows, all_layers=mixed)
        if "first_last" in recipe.pooling:
            return (out.hidden_states[1].float() + out.last_hidden_state.float()) / 2, there, pooled
        if recipe.layer is not None:
            return out.hidden_states[recipe.layer], there, pooled
        return out.last_hidden_state, there, pooled

    def _out(
        self, tokens: Tokens, rows: NDArray[np.int64], *, all_layers: bool
    ) -> tuple[Any, torch.Tensor, torch.Tensor]:
        """What the model gives, which tokens are no padding, and which are pooled."""
        ids, there_ = tokens.padded(rows, self._padding)
        there = torch.from_numpy(there_).to(self._device)
        positions = np.arange(ids.shape[1])
        first, last = tokens.pooled[rows, 0, None], tokens.pooled[rows, 1, None]
        pooled = torch.from_numpy((positions >= first) & (positions < last)).to(self._device)
        said: dict[str, Any] = {"output_hidden_states": True} if all_layers else {}
        dtype = next(self.model.parameters()).dtype
        mask = mask_for(self.recipe.attention, there, dtype, self.model.config)
        if mask is not None:
            said["attention_mask"] = mask
        return self.model(input_ids=torch.from_numpy(ids).to(self._device), **said), there, pooled

    @property
    def _modes(self) -> tuple[str, ...]:
        """As `pool` knows them."""
        plain = {"first_last": "mean", "echo": "mean", "echo_last": "lasttoken"}
        return tuple(plain.get(mode, mode) for mode in self.recipe.pooling)

    @property
    def _echoes(self) -> bool:
        return any(mode.startswith("echo") for mode in self.recipe.pooling)

    @property
    def _device(self) -> torch.device:
        return next(self.model.parameters()).device

    def check(self, ctx: Context, *, field: str) -> None:
        """A text alone and the same beside longer ones must give the same vector.

        Raises:
            UserError: it does not, or gives no number; padding is not masked, or something is left to chance.
        """
        alone = np.concatenate([self.encode([text], ctx, stage="Trying the model") for text in PROBES])
        together = self.encode(PROBES, ctx, stage="Trying the model")
        if not np.isfinite(alone).all() or not alone.any(axis=1).all():
            raise damaged(self.name, field)
        lengths = np.linalg.norm(alone, axis=1) * np.linalg.norm(together, axis=1)
        worst = float(((alone * together).sum(axis=1) / lengths).min())
        if not worst >= _ALIKE:
            raise UserError(
                f"{self.path} gives a text another vector when it is encoded beside others (cosine "
                f"{worst:.4f}): it does not mask padding. It cannot be used as an encoder.",
                field=field,
            )


def open_transformer(
    folder: Path, ctx: Context, *, recipe: Recipe | None = None, field: str = "base"
) -> TransformerEncoder:
    """Open a folder with a model of transformers and its tokenizer, in float32 on the context's device.

    Args:
        recipe: instead of what the folder says.

    Raises:
        UserError: a file is missing or damaged, transformers does not open it, or the model does not give a
            text the same vector twice.
    """
    recipe = recipe or read_recipe(folder, field=field)
    root = _root(folder, field)
    tokenizer = _tokenizer(root, field)
    check_memory(root, ctx.device, field=field)
    ctx.progress(0, 1, f"Opening {folder.name}")
    model = _model(root, field).to(ctx.device).eval()
    limit = positions(read_json_object(root / "config.json", field=field))
    if limit is not None and recipe.most_tokens > limit:
        raise UserError(
            f"{folder} reads at most {limit:,} tokens; {recipe.most_tokens:,} are too many.", field=field
        )
    layers = getattr(model.config, "num_hidden_layers", None)
    if recipe.layer is not None and isinstance(layers, int) and not -layers - 1 <= recipe.layer <= layers:
        raise UserError(
            f"{folder} has {layers} layers; choose one from 0 (the embedding) to {layers}.", field=field
        )
    rows = model.get_input_embeddings().weight.shape[0]  # type: ignore[operator]
    if tokenizer.get_vocab_size() > rows:
        raise UserError(
            f"{folder}: its tokenizer has {tokenizer.get_vocab_size():,} tokens, but its model only {rows:,} "
            "rows; the two do not belong together.",
            field=field,
        )
    hidden = int(model.config.hidden_size)  # type: ignore[union-attr, arg-type]
    steps, width = open_steps(recipe.steps, hidden * len(recipe.pooling), field=field)
    if recipe.similarity == "cosine":
        steps.append(Normalize())
    encoder = TransformerEncoder(model, tokenizer, recipe, steps.to(ctx.device), width, folder)
    check_attention(model, recipe.attention, tokenizer.encode(PROBES[1]).ids, folder, field=field)
    encoder.check(ctx, field=field)
    return encoder


def _settings(recipe: Recipe) -> str:
    """All that changes vectors, without where things lie."""
    said = {name: value for name, value in vars(recipe).items() if name != "steps"}
    said["prompts"] = sorted(recipe.prompts.items())
    return repr(sorted(said.items()))


def _part(rows: NDArray[np.int64], vectors: Floats, status: int | NDArray[np.int64]) -> Part:
    return Part(rows, vectors, np.broadcast_to(np.asarray(status, dtype=np.uint8), rows.shape))


def _root(folder: Path, field: str) -> Path:
    """Where the model lies; older folders of sentence-transformers have it in one of its own."""
    modules = folder / "modules.json"
    return folder / read_modules(modules, field=field)[0][1] if modules.is_file() else folder


def _tokenizer(folder: Path, field: str) -> tokenizers.Tokenizer:
    import tokenizers

    file = folder / "tokenizer.json"
    try:
        if file.is_file() or not any(folder.glob("*vocab*")):
            return tokenizers.Tokenizer.from_file(str(file))
        from transformers import AutoTokenizer

        opened = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        found: tokenizers.Tokenizer = opened.backend_tokenizer
        return found
    except Exception as error:  # the libraries raise nothing more special
        raise UserError(f"{file} cannot be opened: {error}", field=field) from error


def _model(folder: Path, field: str) -> torch.nn.Module:
    from transformers import AutoModel, T5EncoderModel

    kind = T5EncoderModel if _is_t5(folder, field) else AutoModel
    return open_pretrained(kind, folder, field=field, spare="pooler.")


def _is_t5(folder: Path, field: str) -> bool:
    """Of its kind only the encoder is wanted."""
    return read_json_object(folder / "config.json", field=field).get("model_type") == "t5"
