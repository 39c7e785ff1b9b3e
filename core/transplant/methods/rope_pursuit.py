"""Rope-aware matching pursuit: mergekit's "mp_rope". Experimental: nothing shows that embeddings turn so.

As matching pursuit, but each anchor that is chosen is first turned as rotary positions turn a vector, to the
one position that brings it nearest to what is left; in the base's space it is turned to the same position,
with the base's frequencies. Positions are real numbers, and negative ones are as good.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.errors import UserError
from core.transplant.methods.method import Method, method

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

    from core.jobs.context import Context
    from core.models.folder import ModelFolder
    from core.transplant.pursuit import Dictionary
    from core.transplant.rows import Rows, Task

_CHUNK = 64
"""Targets at a time: the scores of all anchors are held for them."""


@method
class RopePursuit(Method):
    title = "Rope-aware matching pursuit (experimental)"
    source = "mergekit's tokensurgeon, mp_rope"
    sentence = "Each new token as a sum of shared tokens, each turned as rotary positions turn vectors."
    needs_donor = True
    dense = True

    name: Literal["rope-pursuit"] = "rope-pursuit"
    k: int = Field(
        default=8,
        ge=1,
        le=256,
        title="Anchors per token, k",
        description="How many anchors make up one token.",
    )

    def rows(self, task: Task, ctx: Context) -> Rows:
        import torch

        from core.transplant.pursuit import Dictionary, full_precision
        from core.transplant.rows import Rows

        assert task.donor is not None
        assert task.inputs is not None
        assert task.inputs.donor is not None
        self.check(len(task.anchors))
        donor_turn = Turn.of(task.inputs.donor, "donor")
        base_turn = Turn.of(task.inputs.base, "base")
        stage = "Approximating tokens" if task.matrix == "input" else "Approximating tokens, head"
        parts = []
        with full_precision():
            donor = Dictionary(task.donor, task.anchors.donor)
            base = Dictionary(task.table, task.anchors.base)
            for first in range(0, len(task), _CHUNK):
                targets = task.targets[first : first + _CHUNK]

                def make(first: int = first, targets: torch.Tensor = targets) -> Rows:
                    def step(done: float) -> None:
                        ctx.progress(first + done * len(targets), len(task), stage)

                    rows = task.donor[targets].float()  # type: ignore[index]
                    found = turned_pursuit(rows, donor, self.k, donor_turn, step)
                    chosen = base_turn.turned(base.rows(found.support), found.positions)
                    dense = (found.weights[:, None] @ chosen)[:, 0]
                    return Rows(found.residual, found.residual.isfinite(), dense=dense)

                parts.append(task.keep(first, make))
        return Rows(
            torch.cat([part.residual for part in parts]),
            torch.cat([part.made for part in parts]),
            dense=torch.cat([part.dense for part in parts if part.dense is not None]),
        )

    def check(self, anchors: int) -> None:
        if anchors < self.k:
            raise UserError(
                f"Rope-aware pursuit with k = {self.k} needs at least {self.k} anchors, but the two "
                f"vocabularies share {anchors:,} that can serve; choose a smaller k.",
                field="method",
            )

    def operations(self, targets: int, anchors: int, width: int) -> float:
        return 2.0 * targets * width * self.k * (anchors + 10 * self.k)


@dataclass(frozen=True)
class Turn:
    """How a model turns a vector of its hidden size: as `heads` blocks, in each of which place i belongs with
    i + half, and turns by position · base^(-2i / block)."""

    heads: int
    base: float

    @staticmethod
    def of(model: ModelFolder, side: str) -> Turn:
        """As the model's configuration tells.

        Raises:
            UserError: it has no rotary positions, or its hidden size is no multiple of the heads'.
        """
        config = model.text_config
        rope = config.get("rope_parameters") or {}
        theta = rope.get("rope_theta") or config.get("rope_theta")
        heads = config.get("num_attention_heads")
        if not theta or not heads or model.hidden_size % (2 * int(heads)):
            raise UserError(
                f"Rope-aware pursuit needs models with rotary positions, and the {side} {model.path} says "
                "nothing of them in its config.json; choose another method.",
                field="method",
            )
        return Turn(int(heads), float(theta))

    def frequencies(self, width: int) -> torch.Tensor:
        """(half a block,)."""
        import torch

        block = width // self.heads
        return self.base ** -(torch.arange(0, block, 2, dtype=torch.float32) / block)

    def turned(self, rows: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """`rows` (…, d), each turned to its position (…)."""
        import torch

        one, two = self._pairs(rows)
        angles = positions[..., None, None] * self.frequencies(rows.shape[-1])
        cosine, sine = angles.cos(), angles.sin()
        return torch.cat([one * cosine - two * sine, two * cosine + one * sine], dim=-1).view(rows.shape)

    def position(self, rows: torch.Tensor, goal: torch.Tensor) -> torch.Tensor:
        """(B,): to which position `rows` (B, d) are best turned to lie along `goal` (B, d), or against it,
        whichever is the lesser turn: the angles of all pairs, projected on the frequencies."""
        import torch

        one, two = self._pairs(rows)
        to_one, to_two = self._pairs(goal)
        across, along = one * to_two - two * to_one, one * to_one + two * to_two
        frequencies = self.frequencies(rows.shape[1])
        size = self.heads * frequencies.square().sum()
        ahead = (torch.atan2(across, along) * frequencies).sum(dim=(1, 2)) / size
        back = (torch.atan2(-across, -along) * frequencies).sum(dim=(1, 2)) / size
        return torch.where(ahead.abs() < back.abs(), ahead, back)

    def _pairs(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        blocks = rows.view(*rows.shape[:-1], self.heads, -1)
        half = blocks.shape[-1] // 2
        return blocks[..., :half], blocks[..., half:]


@dataclass(frozen=True)
class Turned:
    """`support` (m, k) int64, `positions` and `weights` (m, k), `residual` (m,): NaN for length 0."""

    support: torch.Tensor
    positions: torch.Tensor
    weights: torch.Tensor
    residual: torch.Tensor


def turned_pursuit(
    targets: torch.Tensor,
    atoms: Dictionary,
    k: int,
    turn: Turn,
    step: Callable[[float], None] = lambda done: None,
) -> Turned:
    """A pursuit of `targets` (m, d) float32 with atoms that turn; at the end all weights by least squares."""
    import torch

    residual = targets
    support = torch.zeros(len(targets), k, dtype=torch.long)
    positions = torch.zeros(len(targets), k)
    for at in range(k):
        step(at / k)
        scores = atoms.scores(residual).scatter_(1, support[:, :at], -1.0)
        support[:, at] = scores.argmax(dim=1)
        chosen = atoms.rows(support[:, at])
        positions[:, at] = turn.position(chosen, residual)
        chosen = turn.turned(chosen, positions[:, at])
        share = (residual * chosen).sum(dim=1) / chosen.square().sum(dim=1).clamp_min(1e-30)
        residual = residual - share[:, None] * chosen
    columns = turn.turned(atoms.rows(support), positions).double().mT
    weights = torch.linalg.lstsq(columns, targets.double()[:, :, None], driver="gelsd").solution[:, :, 0]
    left = torch.linalg.vector_norm(targets - (columns @ weights[:, :, None])[:, :, 0], dim=1)
    length = torch.linalg.vector_norm(targets, dim=1)
    return Turned(support, positions, weights.float(), (left / length).float())
