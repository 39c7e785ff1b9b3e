"""The audit job, declared."""

from __future__ import annotations

from core.audit.request import AuditRequest
from core.audit.result import AuditResult
from core.jobs.registry import JobKind, declare

AUDIT = declare(
    JobKind(
        kind="audit-tokenizer",
        title="Audit a tokenizer",
        summary="Look for suspicious tokens: unreachable, unused on your text, hardly trained in a model.",
        request=AuditRequest,
        result=AuditResult,
        run="core.audit.run:audit",
        preview="core.audit.preview:preview",
        command=("tokenizers", "audit"),
        panel="tokenizers",
    )
)
