"""What is told of a tokenizer."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.request import Result, Table


class Probe(BaseModel):
    """One thing that was tried on the tokenizer. `passed` is None where it only tells what was found."""

    model_config = ConfigDict(frozen=True)

    name: str
    text: str
    """What was encoded."""
    tokens: list[str]
    """As a person reads them."""
    after: str
    """What decoding gave back."""
    passed: bool | None = None
    finding: str = ""
    """One sentence; empty where there is nothing to say."""


class DescribeTokenizerResult(Result):
    path: str
    name: str
    """What people call it: the folder's or the file's name."""
    format: str
    family: str
    model: str
    size: int
    """Rows that a model needs: the highest id, plus one."""
    count: int
    kinds: dict[str, int]
    """Kind (text, byte, special, unused) → how many."""
    roles: dict[str, list[str]]
    """bos, eos… → the tokens that have it."""
    prefix: list[str] = Field(default_factory=list)
    """Special tokens that it puts before a text."""
    lossy: list[str] = Field(default_factory=list)
    """Badges: normalises, lowercases, strips, unk."""
    digits: str = ""
    """How numbers are cut, in words."""
    notes: list[str] = Field(default_factory=list)
    """What was assumed, or switched off."""
    probes: list[Probe] = Field(default_factory=list)
    chat_template: bool = False
    longest: list[str] = Field(default_factory=list)
    """The longest text tokens, as a person reads them."""
    unreachable: list[int] | None = None
    """Ids, where they were looked for."""
    sha256: str = ""
    """Of its file."""
    fingerprint: str = ""
    """SHA-256 over its tokens and rules: equal for two files that say the same."""

    def tables(self) -> list[Table]:
        """What it is, what was tried, what was assumed; what there is none of is left out."""
        facts = {
            "file": self.path,
            "tokens": ", ".join(f"{number:,} {kind}" for kind, number in self.kinds.items()),
            "roles": "  ".join(f"{role} {' '.join(names)}" for role, names in self.roles.items()),
            "before a text": " ".join(self.prefix),
            "loses": ", ".join(self.lossy) or "nothing that was tried",
            "digits": self.digits,
            "chat template": "yes" if self.chat_template else "",
            "unreachable": "" if self.unreachable is None else f"{len(self.unreachable):,} tokens",
            "longest": "  ".join(self.longest[:3]),
            "SHA-256": self.sha256,
            "fingerprint": self.fingerprint,
        }
        found = [Table(["what", "it is"], [[name, fact] for name, fact in facts.items() if fact])]
        comes_back = {True: "yes", False: "no", None: ""}
        tried = [[probe.name, comes_back[probe.passed], probe.finding] for probe in self.probes]
        if tried:
            found.append(Table(["tried", "as it was", "found"], tried))
        if self.notes:
            found.append(Table(["note"], [[note] for note in self.notes]))
        return found

    def summary(self) -> str:
        return f"{self.name}: {self.format}, {self.model}, {self.count:,} tokens."
