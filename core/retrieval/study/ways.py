"""The ways to make a vector that are compared, and what each is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NAMES = {
    "cls": "first token",
    "mean": "mean",
    "max": "max",
    "mean_sqrt_len": "mean / √length",
    "weightedmean": "weighted mean",
    "lasttoken": "last token",
    "first_last": "first and last layer",
    "echo": "echo, mean",
    "echo_last": "echo, last token",
    "last-layer": "last-layer head",
    "multi-layer": "multi-layer head",
}
_ECHOES = {"echo": "mean", "echo_last": "lasttoken"}
DESIGNS = (
    ("1: last token, causal", "lasttoken", "causal"),
    ("2: last-layer head, causal", "last-layer", "causal"),
    ("3: multi-layer head, causal", "multi-layer", "causal"),
    ("4: last-layer head, bidirectional", "last-layer", "bidirectional"),
    ("5: multi-layer head, bidirectional", "multi-layer", "bidirectional"),
)
"""The five designs of arXiv 2409.02727: in words, kind of pooling, attention."""


@dataclass(frozen=True)
class Way:
    """`modes`: one or more poolings after each other; none of a head. `layer` counts from 1."""

    name: str
    pooling: str
    modes: tuple[str, ...]
    layer: int

    @property
    def echo(self) -> bool:
        return bool(self.modes) and self.modes[0] in _ECHOES

    @property
    def plain(self) -> tuple[str, ...]:
        """As poolings of states that are there."""
        return tuple(_ECHOES.get(mode, "mean" if mode == "first_last" else mode) for mode in self.modes)


def ways(poolings: Sequence[str], own: Sequence[str], chosen: str, layers: int, attention: str) -> list[Way]:
    """All that read the states as they are; `own`, the model's pooling, comes first where it is not among
    `poolings`."""
    wanted: list[tuple[str, ...]] = [(pooling,) for pooling in dict.fromkeys(poolings)]
    if tuple(own) not in wanted:
        wanted.insert(0, tuple(own))
    found: list[Way] = []
    for modes in wanted:
        for layer in layers_of(chosen, layers):
            if layer != layers and (modes == ("first_last",) or modes[0] in _ECHOES):
                continue
            name = " + ".join(NAMES[mode] for mode in modes)
            found.append(Way(called(name, attention, layer, layers), name, modes, layer))
    return found


def layers_of(chosen: str, layers: int) -> list[int]:
    """Which are pooled, from 1."""
    if chosen == "last":
        return [layers]
    if chosen == "all":
        return list(range(1, layers + 1))
    return sorted({max(1, round(layers * quarter / 4)) for quarter in (1, 2, 3, 4)})


def called(pooling: str, attention: str, layer: int, layers: int) -> str:
    """``mean · causal``, with the layer where it is not the last."""
    return " · ".join([pooling, attention, *([f"layer {layer}"] if layer != layers else [])])
