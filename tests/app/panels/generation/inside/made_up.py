"""Results as the lens and the subnetwork give them, small and made up."""

from __future__ import annotations

from core.generation.lens.result import LensResult, Looked
from core.generation.lens.views.attention import Attention
from core.generation.lens.views.logit_lens import LogitLens, Place
from core.generation.lens.views.norms import Norms
from core.generation.lens.views.smoothness import Smoothness
from core.generation.subnetwork.result import (
    KeptWeights,
    MaskPoint,
    Measured,
    StreamPoint,
    Subnetwork,
    SubnetworkResult,
)

TOKENS = ["<|endoftext|>", "It", "␣was"]


def lens(beside: bool = True) -> LensResult:
    first = [Place((7, 8), (0.5, 0.25), 0.1, 3, 4.0, 2.0)] * 3
    last = [
        *[Place((8, 7), (0.6, 0.2), 0.6, 0, 2.0, 0.0)] * 2,
        Place((9, 7), (0.75, 0.0001), 0.75, 0, 1.5, 0.0),
    ]
    looked = Looked(
        model="prose-bpe",
        ids=[0, 5, 6],
        tokens=TOKENS,
        first=1,
        layers=1,
        views={
            "logit lens": LogitLens(layers=[first, last], texts={7: "ing", 8: "ber", 9: "<b>␣the"}),
            "attention": Attention(
                positions=[0, 1, 2],
                weights=[[[[1.0], [0.25, 0.75], [0.5, 0.3, 0.2]], [[1.0], [0.75, 0.25], [0.1, 0.1, 0.8]]]],
                rollout=[[1.0], [0.25, 0.75], [0.15, 0.1, 0.75]],
            ),
            "smoothness": Smoothness(raw=[0.1, 0.4], centred=[-0.1, 0.3]),
            "norms": Norms(median=[1.0, 80.0], largest=[2.0, 90.0], where=[0, 0]),
        },
    )
    other = Looked(
        model="prose-unigram",
        ids=[1, 4],
        tokens=["<s>", "␣It"],
        first=1,
        layers=1,
        views={
            "smoothness": Smoothness(raw=[0.2, 0.5], centred=[0.0, 0.2]),
            "norms": Norms(median=[1.5, 70.0], largest=[2.0, 90.0], where=[0, 0]),
        },
    )
    return LensResult(models=[looked, other] if beside else [looked], reference="prose.txt")


def point(penalty: float, step: int, divergence: float) -> MaskPoint:
    return MaskPoint(penalty=penalty, step=step, divergence=divergence, kept=0.5 / step)


def measured(correlation: float) -> Measured:
    return Measured(correlation=correlation, agreement=0.7, divergence=0.8, loss=7.5)


def subnetwork() -> SubnetworkResult:
    def found(penalty: float, kept: int, correlation: float) -> Subnetwork:
        return Subnetwork(
            penalty=penalty,
            kept=kept,
            of=1000,
            measured=measured(correlation),
            matrices=[
                KeptWeights(layer=0, matrix="self_attn.q_proj", kept=kept // 4, of=200),
                KeptWeights(layer=0, matrix="mlp.down_proj", kept=kept - kept // 4, of=300),
                KeptWeights(layer=1, matrix="self_attn.q_proj", kept=0, of=200),
                KeptWeights(layer=1, matrix="mlp.down_proj", kept=0, of=300),
            ],
            without=25.0,
            without_random=6.5,
            stream=[StreamPoint(layer=n, embedding=1 - n / 2, output=n / 4) for n in range(3)],
            curve=[point(penalty, 1, 3.0), point(penalty, 2, 1.0)],
        )

    return SubnetworkResult(
        model="prose-bpe",
        subnetworks=[found(10, 40, 0.93), found(100, 8, 0.92), found(500, 4, 0.7)],
        whole=measured(0.82),
        empty=measured(-0.3),
        stream=[StreamPoint(layer=n, embedding=1 - n / 2, output=n / 3) for n in range(3)],
        counted=260_000,
        distinct=120_000,
        written=True,
        measured_tokens=4_032,
        seen=0.7,
        parameters=5_261_568,
    )
