"""What a generation tells."""

from __future__ import annotations

from pydantic import Field

from core.generation.result_parts import Residents, Transcript
from core.jobs.request import Metric, Result


class GenerationResult(Result):
    """`texts`, `tokens`, `logprobs` and `tokens_per_second` have one entry a transcript, in their order:
    all of the first model (prompt by prompt, sample by sample), then all of the second.

    While the job runs it emits, at most every 50 ms (the first token at once):
    ``{"part": "begun", "transcripts": [{"model", "prompt", "sample", "prefix"}], "residents": Residents}``,
    ``{"part": "tokens", "tokens": [[transcript number, TokenRecord], …]}`` and
    ``{"part": "ended", "transcript": number, "stopped": Stopped}``.
    """

    models: list[str]
    """Their names."""
    prompts: list[str]
    transcripts: list[Transcript]
    texts: list[str]
    tokens: list[list[int]]
    logprobs: list[list[float | None]]
    tokens_per_second: list[float]
    same_bytes: int = 0
    """With several models: how many bytes all say alike before they part, in the first prompt's texts."""
    residents: Residents = Field(default_factory=Residents)
    out: str | None = None

    def summary(self) -> str:
        if len(self.models) == 1:
            first = self.transcripts[0]
            return f"{self.models[0]} wrote {len(first.tokens)} tokens, {first.bytes} bytes."
        return f"All say the same for {self.same_bytes} bytes."

    def metrics(self) -> list[Metric]:
        return [
            Metric(name="tokens per second", value=speed, slice=self.models[transcript.model])
            for transcript, speed in zip(self.transcripts, self.tokens_per_second, strict=True)
            if transcript.prompt == transcript.sample == 0
        ]
