"""Zero: new rows of zeros. In the head that is a logit of 0, which wins where all others are negative."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from core.transplant.methods.method import Method, method

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.transplant.rows import Rows, Task


@method
class Zero(Method):
    title = "Zero"
    source = "baseline"
    sentence = "Each new token as zeros: what every other method must beat."

    name: Literal["zero"] = "zero"

    def rows(self, task: Task, ctx: Context) -> Rows:
        import torch

        from core.transplant.rows import Rows

        return Rows.given(torch.zeros(1, task.table.shape[1]).expand(len(task), -1))
