"""Mean: every new row the mean of the base's rows.

In the head its logit is the mean of the old logits, so m such tokens among V add at most log(1 + m/V) nats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from core.transplant.methods.method import Method, method

if TYPE_CHECKING:
    from core.jobs.context import Context
    from core.transplant.rows import Rows, Task


@method
class Mean(Method):
    title = "Mean"
    source = "baseline; arXiv 2407.05841 says why it is safe"
    sentence = "Each new token as the mean of all the base's tokens."

    name: Literal["mean"] = "mean"

    def rows(self, task: Task, ctx: Context) -> Rows:
        from core.transplant.rows import Rows, mean_row

        return Rows.given(mean_row(task.table, task.used).expand(len(task), -1))
