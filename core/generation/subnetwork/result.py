"""What a search for a bigram subnetwork tells."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.request import Metric, Result, Table

NEAR = 0.02
"""A sparser subnetwork is told of rather than the best one, where its correlation is so little lower."""


ENOUGH = 0.9
"""The correlation from which on a subnetwork speaks as the bigram does."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class MaskPoint(_Part):
    """How learning goes: of the batches since the point before."""

    penalty: float
    step: int
    divergence: float
    """Of the bigram's law from the masked model's, masks still soft, in bits a token."""
    kept: float
    """Share of weights whose mask is above zero."""


class KeptWeights(_Part):
    """In one matrix of one layer."""

    layer: int
    """From 0."""
    matrix: str
    """``mlp.down_proj``."""
    kept: int
    of: int

    @property
    def share(self) -> float:
        return self.kept / self.of

    @property
    def is_attention(self) -> bool:
        return "attn" in self.matrix or "attention" in self.matrix


class Measured(_Part):
    """A model, or a part of one, on the held-out text."""

    correlation: float
    """Pearson's r of its surprisals with the bigram's, where the bigram was seen."""
    agreement: float
    """Share of positions where both think the same token likeliest."""
    divergence: float
    """D_KL(bigram ‖ model), bits a token."""
    loss: float
    """Of the tokens that come, bits each."""


class StreamPoint(_Part):
    """Mean cosines of the residual stream after a layer (0: the embeddings)."""

    layer: int
    embedding: float
    """With the embedding of the token read."""
    output: float
    """Behind the final norm, with the head's row of the token that is thought likeliest in the end."""


class Subnetwork(_Part):
    """What a penalty has left."""

    penalty: float
    kept: int
    of: int
    """Weights of attention and MLP matrices; all others stay."""
    measured: Measured
    matrices: list[KeptWeights]
    without: float
    """Loss of the whole model without these weights, bits a token."""
    without_random: float
    """Without as many others of each matrix, drawn at random."""
    stream: list[StreamPoint] = Field(default_factory=list)
    curve: list[MaskPoint] = Field(default_factory=list)
    seconds: float = 0.0

    @property
    def share(self) -> float:
        return self.kept / self.of

    @property
    def first_mlp(self) -> float:
        """Share of the weights kept that lie in the first layer's MLP."""
        first = sum(each.kept for each in self.matrices if each.layer == 0 and not each.is_attention)
        return first / self.kept if self.kept else 0.0


class SubnetworkResult(Result):
    """While it runs it emits ``{"point": MaskPoint}``, ``{"whole": Measured, "empty": Measured}`` and
    ``{"found": Subnetwork}``."""

    model: str
    subnetworks: list[Subnetwork]
    """In the order of the penalties asked for."""
    whole: Measured
    """The model as it is: all weights kept."""
    empty: Measured
    """Without any weight of its layers."""
    stream: list[StreamPoint] = Field(default_factory=list)
    """Of the whole model."""
    entropy: float = 0.0
    """Of the bigram's law on the held-out text, bits a token: what no masked model can be below."""
    counted: int = 0
    """Bigrams."""
    distinct: int = 0
    written: bool = False
    """Counted on what the model itself wrote."""
    measured_tokens: int = 0
    seen: float = 0.0
    """Share of the held-out bigrams that were counted."""
    parameters: int = 0
    """Of the whole model."""
    out: str | None = None

    def told(self) -> Subnetwork:
        """The sparsest whose correlation is near the best."""
        best = max(each.measured.correlation for each in self.subnetworks)
        near = [each for each in self.subnetworks if each.measured.correlation >= best - NEAR]
        return min(near, key=lambda each: each.kept)

    def summary(self) -> str:
        told = self.told()
        share = f"{told.share:.2%}" if told.share < 0.01 else f"{told.share:.1%}"
        r = f"r = {told.measured.correlation:.2f}; the whole model: {self.whole.correlation:.2f}"
        if told.measured.correlation >= ENOUGH:
            said = f"{share} of the weights in the layers are enough to speak as a bigram would ({r})"
        else:
            said = f"What comes nearest to a bigram keeps {share} of the weights in the layers ({r})"
        return f"{said}; {told.first_mlp:.0%} of them lie in the first MLP." if told.kept else f"{said}."

    def metrics(self) -> list[Metric]:
        found = []
        for each in self.subnetworks:
            where = f"penalty {each.penalty:g}"
            found += [
                Metric(name="kept", value=each.share, slice=where),
                Metric(name="correlation", value=each.measured.correlation, slice=where),
            ]
        return found

    def headline(self) -> Metric | None:
        told = self.told()
        return Metric(name="correlation", value=told.measured.correlation, slice=f"penalty {told.penalty:g}")

    def tables(self) -> list[Table]:
        head = ["penalty", "kept", "r", "agrees", "divergence", "loss", "without it", "without random"]
        rows = [["whole model", "100%", *_figures(self.whole), None, None]]
        rows += [
            [
                f"{each.penalty:g}",
                f"{each.share:.2%}",
                *_figures(each.measured),
                f"{each.without:.2f}",
                f"{each.without_random:.2f}",
            ]
            for each in self.subnetworks
        ]
        rows.append(["no layers", "0%", *_figures(self.empty), None, None])
        told = self.told()
        layers = sorted({each.layer for each in told.matrices})
        matrices = list(dict.fromkeys(each.matrix for each in told.matrices))
        found = {(each.layer, each.matrix): f"{each.share:.2%}" for each in told.matrices}
        kept = [[layer, *(found.get((layer, matrix)) for matrix in matrices)] for layer in layers]
        tables = [Table(head, rows), Table([f"layer (penalty {told.penalty:g})", *matrices], kept)]
        if told.stream:
            stream = [
                [
                    ours.layer,
                    *(
                        f"{value:.3f}"
                        for value in (whole.embedding, whole.output, ours.embedding, ours.output)
                    ),
                ]
                for whole, ours in zip(self.stream, told.stream, strict=True)
            ]
            tables.append(
                Table(
                    ["after layer", "cos with embedding", "with output", "subnetwork: embedding", "output"],
                    stream,
                )
            )
        return tables


def _figures(measured: Measured) -> list[str]:
    return [
        f"{measured.correlation:.3f}",
        f"{measured.agreement:.1%}",
        f"{measured.divergence:.2f}",
        f"{measured.loss:.2f}",
    ]
