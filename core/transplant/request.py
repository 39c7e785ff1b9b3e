"""What a transplant is asked for."""

from __future__ import annotations

from functools import reduce
from operator import or_
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from core.errors import UserError
from core.jobs.request import Request
from core.transplant.fields import (
    BaseModelFolder,
    CollectionFolder,
    Corpus,
    DonorFolder,
    MeasuredBytes,
    PairFiles,
    Replace,
    TargetTokenizer,
    Texts,
    WithoutCase,
    WithoutSpace,
)
from core.transplant.methods import METHODS
from core.transplant.methods.method import Method
from core.transplant.methods.omp import Omp

if TYPE_CHECKING:
    AnyMethod = Method
else:
    AnyMethod = Annotated[reduce(or_, METHODS.values()), Field(discriminator="name")]


class TransplantRequest(Request):
    """Move a language model or an encoder onto another tokenizer, or give it further tokens.

    Fields in the order in which a person decides.
    """

    base: BaseModelFolder
    target_tokenizer: TargetTokenizer
    donor: DonorFolder = None
    method: AnyMethod = Field(
        Omp(), title="Method", description="How the rows of tokens that the base does not have are made."
    )
    head_method: str | None = Field(
        None,
        title="Method for the head",
        description="Another method for the output matrix, in a line: mean, or omp k=8. A tied head is "
        "untied for that.",
        json_schema_extra={"advanced": True, "none": "the same", "like": "method"},
    )
    corpus: Corpus
    text: Texts
    collection: CollectionFolder = None
    pairs: PairFiles
    out: Path | None = Field(
        None,
        title="Output folder",
        description="Where to write the new model; the run's own folder by default.",
        json_schema_extra={"output": "folder", "advanced": True},
    )
    replace: Replace = False
    pad_to: int = Field(
        64,
        ge=1,
        le=1024,
        title="Pad rows to a multiple of",
        description="Rows beyond the vocabulary make the matrices a round size, which runs faster on some "
        "machines.",
        json_schema_extra={"advanced": True},
    )
    untie: bool = Field(
        False,
        title="Untie the head",
        description="Write the output matrix apart, even where the base has one matrix for both ends.",
        json_schema_extra={"advanced": True},
    )
    without_space: WithoutSpace = False
    without_case: WithoutCase = False
    norms: Literal["as made", "like copied"] = Field(
        "as made",
        title="Lengths of new rows",
        description="Like copied: each new row is scaled to the median length of those copied.",
        json_schema_extra={"advanced": True},
    )
    max_bytes: MeasuredBytes = 200_000

    @property
    def heads_method(self) -> Method | None:
        """The method for the head alone; None where it goes with the input embedding.

        Raises:
            UserError: the line names no one method.
        """
        if self.head_method is None:
            return None
        from core.transplant.spelt import methods  # which reads the union of methods above

        found = methods(self.head_method, field="head_method")
        if len(found) != 1:
            raise UserError(
                f"The head has one method, and {self.head_method!r} asks for {len(found)}.",
                field="head_method",
            )
        return found[0]

    @property
    def methods(self) -> list[Method]:
        """All that are used. Raises as `heads_method`."""
        return [self.method] if (head := self.heads_method) is None else [self.method, head]

    def parameters(self) -> dict[str, Any]:
        """The method's parameters without its name, as JSON data."""
        return self.method.parameters()
