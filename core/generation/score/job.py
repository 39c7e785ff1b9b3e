"""The scoring job, declared."""

from __future__ import annotations

from core.generation.score.request import ScoreRequest
from core.generation.score.result import ScoreResult
from core.jobs.registry import JobKind, declare

SCORE = declare(
    JobKind(
        kind="score",
        title="Score",
        summary="Say how many bits per byte texts take under one to four models, and which words tell them "
        "apart.",
        request=ScoreRequest,
        result=ScoreResult,
        run="core.generation.score.run:score",
        preview="core.generation.score.preview:preview",
        command=("score",),
        panel="generation",
    )
)
