"""A causal language model's weights and tokenizer, read from its folder."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from core.errors import UserError
from core.generation.language.language_model import LanguageModel, pieces_of
from core.generation.language.lean import LeanCache
from core.generation.language.lean_weights import LeanWeights, lean_weights
from core.generation.language.preview import causal_folder
from core.generation.language.probe import foretells_the_same
from core.generation.language.through_transformers import ModuleCache
from core.generation.language.tree import Cache, TreeModel
from core.generation.language.whole import WholeModel
from core.json_files import read_json_object
from core.models.folder import ModelFolder
from core.models.pretrained import open_pretrained
from core.tokenizers.files import find_tokenizer
from core.tokenizers.open import open_tokenizer
from core.tokenizers.tokenizer import Tokenizer

GENERATION_CONFIG = "generation_config.json"


@dataclass(frozen=True, eq=False)
class Loaded:
    """What takes long to read and much memory, apart from what one job does with it."""

    folder: ModelFolder
    tokenizer: Tokenizer
    module: torch.nn.Module
    """As transformers runs it, on its device, in evaluation mode."""

    def opened(self) -> LanguageModel:
        """A model with nothing read yet; two of them do not disturb each other."""
        if self.lean is not None:
            return self.around(LeanCache(self.lean))
        if self._branches:
            return self.around(ModuleCache(self.module))
        return WholeModel(module=self.module, holes=self._holes, **self._traits)

    def around(self, cache: Cache) -> TreeModel:
        """A model that reads into `cache`."""
        return TreeModel(cache=cache, holes=self._holes, **self._traits)

    @cached_property
    def lean(self) -> LeanWeights | None:
        """For a model that can be read without transformers."""
        weights = lean_weights(self.module) if _sees_all(self.module) else None
        if weights is not None and foretells_the_same(self.around, LeanCache(weights), self.module):
            return weights
        return None

    @cached_property
    def _branches(self) -> bool:
        return _sees_all(self.module) and foretells_the_same(
            self.around, ModuleCache(self.module), self.module
        )

    @cached_property
    def _holes(self) -> torch.Tensor:
        """(k,) rows of the head that are no token."""
        entries = self.tokenizer.vocabulary.entries
        rows = head_rows(self.module)
        return torch.tensor([id for id in range(rows) if id >= len(entries) or entries[id] is None])

    @cached_property
    def _traits(self) -> dict[str, Any]:
        roles = self.tokenizer.vocabulary.roles
        return {
            "name": self.folder.path.name,
            "tokenizer": self.tokenizer,
            "vocab_size": head_rows(self.module),
            "context": self.folder.context,
            "begin": tuple((roles.get("bos") or roles.get("eos") or ())[:1]),
            "ends": _ends(self.folder, self.tokenizer, head_rows(self.module)),
            "pieces": pieces_of(self.tokenizer, head_rows(self.module)),
        }


def load(path: Path, *, dtype: torch.dtype, device: str, field: str) -> Loaded:
    """Read the folder.

    Raises:
        UserError: it holds no causal language model, no tokenizer, or two that do not fit together.
    """
    from transformers import AutoModelForCausalLM

    folder = causal_folder(path, field=field)
    tokenizer = open_tokenizer(find_tokenizer(path, field=field), field=field)
    module = open_pretrained(AutoModelForCausalLM, path, field=field, dtype=dtype).to(device).eval()
    tokens, rows = len(tokenizer.vocabulary.entries), head_rows(module)
    if tokens > rows:
        raise UserError(
            f"The tokenizer in {path} has {tokens:,} tokens, and the model foretells only {rows:,}: they do "
            "not belong together. Use the tokenizer that came with the model.",
            field=field,
        )
    return Loaded(folder, tokenizer, module)


def head_rows(module: Any) -> int:
    """V, the tokens that a model tells apart."""
    return int(module.get_output_embeddings().weight.shape[0])


def _ends(folder: ModelFolder, tokenizer: Tokenizer, rows: int) -> frozenset[int]:
    """The tokens that end a text: those that the tokenizer names, and those that the model was given. A
    config.json may still speak of a larger vocabulary, with more `rows`."""
    ends = set(tokenizer.vocabulary.roles.get("eos", ()))
    given: list[Any] = [folder.text_config.get("eos_token_id")]
    if (folder.path / GENERATION_CONFIG).is_file():
        given.append(read_json_object(folder.path / GENERATION_CONFIG).get("eos_token_id"))
    for ids in given:
        ends.update(id for id in (ids if isinstance(ids, list) else [ids]) if isinstance(id, int))
    return frozenset(id for id in ends if id < rows)


def _sees_all(module: Any) -> bool:
    """Whether every token may look at all before it, and nothing but keys and values is remembered."""
    from transformers import DynamicCache
    from transformers.cache_utils import DynamicLayer

    try:
        layers = DynamicCache(config=module.config).layers
    except (AttributeError, KeyError, TypeError, ValueError):
        return False
    return all(type(layer) is DynamicLayer for layer in layers)
