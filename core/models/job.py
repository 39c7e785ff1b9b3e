"""The description of a model, declared as a job. A question: it leaves no run behind."""

from __future__ import annotations

from core.jobs.registry import JobKind, declare
from core.models.request import DescribeModelRequest
from core.models.result import DescribeModelResult

DESCRIBE = declare(
    JobKind(
        kind="describe-model",
        title="Describe a model",
        summary="Describe a model folder: what it is, how large, what it needs.",
        request=DescribeModelRequest,
        result=DescribeModelResult,
        run="core.models.describe:describe_model",
        command=("models", "describe"),
        recorded=False,
    )
)
