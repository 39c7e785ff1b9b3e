"""Heads trained on the states of pairs, and written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import torch

from core.encoders.headed import Said, save_head
from core.encoders.heads import Head
from core.jobs.content_hash import content_hash
from core.jobs.context import Context
from core.retrieval.study.kept_states import KeptStates
from core.retrieval.study.pairs import Pair
from core.retrieval.study.passes import TrainedHead, kept_states
from core.retrieval.study.reader import Reader
from core.retrieval.study.request import StudyRequest
from core.retrieval.study.result import Training
from core.retrieval.study.train import Lesson, Plan, train
from core.retrieval.study.ways import NAMES, called


def trained_heads(
    request: StudyRequest, reader: Reader, pairs: Sequence[Pair], folder: Path, ctx: Context
) -> list[tuple[TrainedHead, Training]]:
    """Each head asked for, trained, and written to a folder within `folder`."""
    if not request.heads:
        return []
    lessons = _lessons(reader, pairs, sorted({head.reads for head in request.trained_heads()}), ctx)
    plan = Plan(request.steps, request.batch, request.learning_rate, request.temperature)
    found: list[tuple[TrainedHead, Training]] = []
    for name, head in _named(request.trained_heads(), reader):
        made = train(
            head,
            reader.width,
            reader.layers,
            lessons[head.reads],
            plan,
            ctx,
            seed=ctx.seed,
            stage=f"Training: {name}",
        )
        where = folder / "heads" / re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        training = Training(
            name=name,
            path=str(where),
            parameters=sum(weight.numel() for weight in made.network.parameters()),
            seconds=made.seconds,
            losses=made.losses,
        )
        _write(where, training, head, made.network, request, reader, len(pairs), ctx)
        found.append((TrainedHead(name, head, made.network, where), training))
    return found


def _named(heads: Sequence[Head], reader: Reader) -> list[tuple[str, Head]]:
    """No two called alike: of several of a kind, the later ones are numbered."""
    named: list[tuple[str, Head]] = []
    for head in heads:
        before = sum(other.kind == head.kind for _, other in named)
        kind = NAMES.get(head.kind, head.kind) + (f" {before + 1}" if before else "")
        named.append((called(kind, reader.attention, reader.layers, reader.layers), head))
    return named


def _lessons(reader: Reader, pairs: Sequence[Pair], reads: Sequence[str], ctx: Context) -> dict[str, Lesson]:
    """What heads read → the pairs' states. Equal texts are read once."""
    queries = list(dict.fromkeys(pair.query for pair in pairs))
    negatives = [pair.negative for pair in pairs if pair.negative]
    documents = list(dict.fromkeys([*(pair.positive for pair in pairs), *negatives]))
    asked = kept_states(reader, queries, reads, ctx, role="query", stage="Reading the pairs")
    told = kept_states(reader, documents, reads, ctx, role="document", stage="Reading the pairs")
    at_query = {text: place for place, text in enumerate(queries)}
    at_document = {text: len(queries) + place for place, text in enumerate(documents)}
    return {
        what: Lesson(
            states=KeptStates([*asked[what], *told[what]], reader.width, ctx.device),
            queries=torch.tensor([at_query[pair.query] for pair in pairs]),
            positives=torch.tensor([at_document[pair.positive] for pair in pairs]),
            negatives=torch.tensor([at_document[pair.negative] if pair.negative else -1 for pair in pairs]),
        )
        for what in reads
    }


def _write(
    where: Path,
    training: Training,
    head: Head,
    network: torch.nn.Module,
    request: StudyRequest,
    reader: Reader,
    pairs: int,
    ctx: Context,
) -> None:
    """The head, and a card beside it."""
    ctx.check()
    encoder = reader.encoder
    said = Said(
        head=head.model_dump(),
        model=str(encoder.path),
        model_mark=content_hash(encoder.path, "model"),
        attention=encoder.recipe.attention,
        looks_ahead=reader.looks_ahead,
        most_tokens=encoder.recipe.most_tokens,
        width=reader.width,
        layers=reader.layers,
    )
    save_head(where, network, said)
    source = request.pairs.name if request.pairs else f"documents of {request.collection.name}"
    card = f"""# {training.name}

{type(head).title} ({type(head).source}) on {encoder.name}, {reader.attention} attention, trained with
Lexigraft. The model itself was not changed: this folder holds the head alone, and names the model. Give this
folder where an encoder is asked for.

- {training.parameters:,} weights, trained in {training.seconds:.0f} seconds
- {pairs:,} pairs from {source}
- {request.steps:,} steps of {request.batch} pairs, learning rate {request.learning_rate:g}, temperature
  {request.temperature:g}, seed {ctx.seed}
- loss {training.losses[0]:.3f} at first, {training.losses[-1]:.3f} at last
"""
    (where / "README.md").write_text(card, encoding="utf-8", newline="\n")
