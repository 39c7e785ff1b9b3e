"""The search for a bigram subnetwork, declared."""

from __future__ import annotations

from core.generation.subnetwork.request import SubnetworkRequest
from core.generation.subnetwork.result import SubnetworkResult
from core.jobs.registry import JobKind, declare

SUBNETWORK = declare(
    JobKind(
        kind="subnetwork",
        title="Bigram subnetwork",
        summary="Find the few weights of a language model that are enough to foretell the next token from "
        "the last one alone, and tell where they lie.",
        request=SubnetworkRequest,
        result=SubnetworkResult,
        run="core.generation.subnetwork.run:subnetwork",
        preview="core.generation.subnetwork.preview:preview",
        command=("subnetwork",),
        panel="generation",
        resumable=True,
    )
)
