"""Tool tokens: the head's row of a token that names a tool, from what the base makes of its name."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.errors import UserError
from core.transplant.methods.method import Method, method

if TYPE_CHECKING:
    import torch

    from core.jobs.context import Context
    from core.transplant.rows import Rows, Task

Pooling = Literal["mean", "max"]

_MARKS = "<>[]{}|"
"""What stands around a tool's name in a token, as in ``<|add|>`` or ``[add]``."""
_AT_ONCE = 16
_LONGEST = 256
"""Pieces of a description that are read."""
_APART = 1e-3
"""How far rows of tools that cannot be told apart are moved, as a share of their length."""


@method
class ToolTokens(Method):
    """For tokens that were added to a tokenizer to call tools by.

    The row of the head is the mean of the base's last, normalised hidden states over the name (or the
    description), as a unit vector over √h. That is where the paper's tuning begins, and what it holds the row
    near to. The row of the input is FVT's of the name, so that the token can be read as well. A tied head
    leaves no place for the former: untie it.
    """

    title = "TokenLearning, tool tokens"
    source = "arXiv 2506.14248"
    sentence = "Each tool's token foretold where the base would go on after its name or description."
    apart = True
    causal_only = True

    name: Literal["tool-tokens"] = "tool-tokens"
    descriptions: Path | None = Field(
        default=None,
        title="Descriptions",
        description="What the tools do: lines of JSON with name and description, or names and descriptions "
        "with a tab between. Tools that are not in it go by their name.",
        json_schema_extra={"input": "file", "none": "names alone"},
    )
    pooling: Pooling = Field(
        default="mean",
        title="Pooling",
        description="What becomes of the hidden states of several pieces.",
        json_schema_extra={"advanced": True},
    )

    def rows(self, task: Task, ctx: Context) -> Rows:
        names = [bare(data) for data in task.target_bytes]
        if task.matrix == "input":
            return self._by_name(task, names, ctx)
        import torch

        from core.transplant.rows import Rows

        texts = self._texts(names)
        pieces = [task.pieces(text.encode()) for text in texts]
        found = self._prior(task, [ids[:_LONGEST] for ids in pieces], ctx)
        alike = Counter(map(tuple, pieces))
        for row, ids in enumerate(pieces):
            if ids and alike[tuple(ids)] > 1:
                found[row] += _aside(found[row], task.seed, int(task.targets[row]))
        return Rows(
            residual=torch.full((len(task),), torch.nan),
            made=torch.tensor([bool(ids) for ids in pieces], dtype=torch.bool),
            dense=found,
        )

    def _by_name(self, task: Task, names: Sequence[str], ctx: Context) -> Rows:
        from dataclasses import replace

        from core.transplant.methods.fvt import Fvt

        assert task.inputs is not None
        if task.inputs.base.tied:
            ctx.warn(
                "The base's head is its input embedding: unless it is untied, tool tokens have the mean of "
                "their name's pieces and no row that foretells them."
            )
        return Fvt().rows(replace(task, target_bytes=[name.encode() for name in names]), ctx)

    def _texts(self, names: Sequence[str]) -> list[str]:
        """What each tool is read as: its description where there is one, else its name.

        Where two would be read alike, the name stands before the description.
        """
        told = read_descriptions(self.descriptions) if self.descriptions else {}
        texts = [told.get(name) or name for name in names]
        alike = Counter(texts)
        return [
            f"{name}: {text}" if alike[text] > 1 and text != name else text
            for name, text in zip(names, texts, strict=True)
        ]

    def _prior(self, task: Task, pieces: Sequence[Sequence[int]], ctx: Context) -> torch.Tensor:
        """(m, h) float32; zeros where there are no pieces."""
        import torch

        from core.transplant.loading import with_model

        assert task.inputs is not None
        base = task.inputs.base
        found = torch.zeros(len(pieces), task.table.shape[1])
        order = sorted((row for row, ids in enumerate(pieces) if ids), key=lambda row: len(pieces[row]))

        def work(model: torch.nn.Module) -> None:
            for first in range(0, len(order), _AT_ONCE):
                ctx.progress(first, len(order), "Reading the tools' names")
                rows = order[first : first + _AT_ONCE]
                ids = torch.zeros(len(rows), max(len(pieces[row]) for row in rows), dtype=torch.long)
                for place, row in enumerate(rows):
                    ids[place, : len(pieces[row])] = torch.tensor(pieces[row])
                states = final_states(model, ids.to(ctx.device)).float().cpu()
                for place, row in enumerate(rows):  # behind a text's end nothing changes what is before it
                    found[row] = prior(states[place, : len(pieces[row])], self.pooling)

        if order:
            with_model(base.path, base.parameters, ctx, work, field="base")
        return found


def bare(token: bytes) -> str:
    """A tool's name without the marks around it, and its underscores as spaces."""
    text = token.decode(errors="replace").strip().strip(_MARKS).strip()
    return " ".join(text.replace("_", " ").split()) or token.decode(errors="replace")


def prior(states: torch.Tensor, pooling: Pooling = "mean") -> torch.Tensor:
    """(h,): hidden states (n, h) pooled, as a unit vector, over √h (arXiv 2506.14248, section 3)."""
    import torch

    pooled = states.mean(dim=0) if pooling == "mean" else states.amax(dim=0)
    return torch.nn.functional.normalize(pooled, dim=0) / states.shape[1] ** 0.5


def final_states(model: torch.nn.Module, ids: torch.Tensor) -> torch.Tensor:
    """(b, n, h) for ids (b, n): what the model's head is given, its last norm passed."""
    import torch

    seen: list[torch.Tensor] = []
    head = model.get_output_embeddings()  # type: ignore[operator]
    hook = head.register_forward_pre_hook(lambda module, given: seen.append(given[0]))
    try:
        with torch.inference_mode():
            model(input_ids=ids, use_cache=False)
    finally:
        hook.remove()
    return seen[0]


def read_descriptions(path: Path) -> Mapping[str, str]:
    """Name (as `bare` has it) → description.

    Raises:
        UserError: the file cannot be read, or a line of it is no name with a description.
    """
    from core.text_files import read_text

    found: dict[str, str] = {}
    for number, line in enumerate(read_text(path, field="method").splitlines(), 1):
        if not line.strip():
            continue
        if line.lstrip().startswith("{"):
            name, description = _of_json(line)
        else:
            name, _, description = line.partition("\t")
        if not name.strip() or not description.strip():
            raise UserError(
                f"{path}, line {number:,}: there should be a tool's name and, behind a tab, its description, "
                'or a JSON object with "name" and "description".',
                field="method",
            )
        found[bare(name.encode())] = description.strip()
    return found


def _of_json(line: str) -> tuple[str, str]:
    try:
        entry = json.loads(line)
        name, description = entry["name"], entry["description"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "", ""
    return (name, description) if isinstance(name, str) and isinstance(description, str) else ("", "")


def _aside(row: torch.Tensor, seed: int, id: int) -> torch.Tensor:
    """A small step (h,) that is this row's own, so that tools of one name do not stay one."""
    import numpy as np
    import torch

    from core.transplant.methods.random_normal import stream_key

    stream = np.random.Generator(np.random.Philox(key=stream_key(seed, "tool", id)))
    drawn = torch.from_numpy(stream.standard_normal(len(row), dtype=np.float32))
    return drawn * (_APART * torch.linalg.vector_norm(row) / len(row) ** 0.5)
