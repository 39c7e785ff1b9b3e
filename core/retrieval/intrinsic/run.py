"""The intrinsic tests' job: open the encoder, run what is asked for."""

from __future__ import annotations

from core.encoders.opened import open_encoder
from core.jobs.context import Context
from core.jobs.registry import job
from core.retrieval.intrinsic.bench import Bench
from core.retrieval.intrinsic.job import INTRINSIC
from core.retrieval.intrinsic.kinds import TESTS
from core.retrieval.intrinsic.request import IntrinsicRequest
from core.retrieval.intrinsic.result import IntrinsicResult, TestRow

ORDER = ("sts", "triplets", "similarity", "analogies", "weat", "gender", "collection")
"""In which results are told; tests that are not named come last."""


@job(INTRINSIC)
def measure_encoder(request: IntrinsicRequest, ctx: Context) -> IntrinsicResult:
    """Run each test on each of its files.

    Raises:
        UserError: the encoder or a file will not do.
    """
    ctx.progress(0, 1, "Opening the encoder")
    bench = Bench(open_encoder(request.encoder, ctx, field="encoder"), request, ctx)
    rows: list[TestRow] = []
    for name in sorted(TESTS, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name)):
        if not TESTS[name].asked(bench):
            continue
        for row in TESTS[name].rows(bench):
            rows.append(row)
            ctx.emit({"row": row.model_dump()})
    for skipped in bench.tally.skipped():
        ctx.warn(f"Left out: {skipped.count:,} {skipped.what}.")
    return IntrinsicResult(
        encoder=request.encoder.named(), width=bench.encoder.width, rows=rows, skipped=bench.tally.skipped()
    )
