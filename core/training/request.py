"""What a training is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from core.jobs.request import Request
from core.training.recipes import RECIPES
from core.training.recipes.causal_lm import CausalLm
from core.training.recipes.recipe import Recipe


class _ByName:
    """One of the recipes, told apart by its name. (A union of a single class would be that class.)"""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.tagged_union_schema(
            {name: handler(cls) for name, cls in RECIPES.items()}, discriminator="name"
        )


if TYPE_CHECKING:
    AnyRecipe = Recipe
else:
    AnyRecipe = Annotated[Recipe, _ByName()]


class TrainRequest(Request):
    """Train a model on text. Fields in the order in which a person decides them."""

    text: list[Path] = Field(
        min_length=1,
        title="Text",
        description="Files of plain text in UTF-8; each is a document.",
        json_schema_extra={"input": "text"},
    )
    recipe: AnyRecipe = Field(CausalLm(), title="Recipe", description="What is trained, and how.")
    tokenizer: Path | None = Field(
        None,
        title="Tokenizer",
        description="A tokenizer.json, or a folder that holds one; by default, one is trained first.",
        json_schema_extra={"input": "tokenizer"},
    )
    tokenizer_kind: Literal["byte-bpe", "unigram"] = Field(
        "byte-bpe",
        title="Kind of tokenizer",
        description="Of the one to be trained: byte-level BPE as in GPT-2, or Unigram as in SentencePiece.",
    )
    vocab_size: int = Field(
        8192, ge=258, le=1_000_000, title="Vocabulary", description="Tokens of the tokenizer to be trained."
    )
    tokenizer_text: list[Path] = Field(
        default_factory=list,
        title="Text for the tokenizer",
        description="What the tokenizer is trained on, where that is not the text itself.",
        json_schema_extra={"input": "text", "advanced": True},
    )
    held_out: Path | None = Field(
        None,
        title="Held-out text",
        description="Bits per byte are measured on this file, which is not trained on; by default the end of "
        "each text is held out.",
        json_schema_extra={"input": "text"},
    )
    held_out_share: float = Field(
        0.02,
        ge=0,
        le=0.5,
        title="Held-out share",
        description="How much of each text's end is held out where no file is named for it; 0 for nothing.",
        json_schema_extra={"advanced": True},
    )
    out: Path | None = Field(
        None,
        title="Output folder",
        description="Where to write the model; the run's own folder by default.",
        json_schema_extra={"output": "folder"},
    )
    replace: bool = Field(
        False,
        title="Replace",
        description="Replace what is in the output folder.",
        json_schema_extra={"advanced": True},
    )
    dtype: Literal["bfloat16", "float16", "float32"] = Field(
        "bfloat16",
        title="Number type",
        description="Of the written weights.",
        json_schema_extra={"advanced": True},
    )
    checkpoint_every: float = Field(
        60,
        ge=0,
        title="Checkpoint every",
        description="How often the state is kept, which is how much work an interruption may cost.",
        json_schema_extra={"advanced": True, "unit": "s"},
    )
