"""Which samplers can be used where proposals may be taken back. Loads no torch."""

from __future__ import annotations

from core.errors import UserError
from core.generation.draft.request import DraftRequest
from core.generation.samplers.sampler import Sampler


def check_samplers(request: DraftRequest) -> None:
    """Raises `UserError` where a sampler learns from what is drawn, or knows tokens where bytes are drawn."""
    if request.decoding == "greedy":
        return
    for sampler in request.samplers:
        if type(sampler).drew is not Sampler.drew:
            raise UserError(
                f"{sampler.title} learns from what is drawn, which refused proposals would falsify: take it "
                "out.",
                field="samplers",
            )
        if request.verify == "bytes" and not sampler.by_law:
            raise UserError(
                f"{sampler.title} speaks of tokens, and bytes are drawn: take it out, or let proposals be "
                "verified otherwise.",
                field="samplers",
            )
