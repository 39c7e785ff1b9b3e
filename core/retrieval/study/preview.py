"""What can be said of a study before it runs, without torch: faults, how many ways are compared, the cost."""

from __future__ import annotations

from pathlib import Path

from core.errors import UserError
from core.jobs.preview import Preview, Problem
from core.models.folder import ModelFolder, open_model
from core.models.result import model_words
from core.retrieval.evaluate.preview import lines_in
from core.retrieval.study.request import StudyRequest
from core.retrieval.study.ways import layers_of

_START = 4.0
_BYTES_A_TOKEN = 4.5
_OPERATIONS_A_SECOND = 60e9
"""Of two cores."""
_BACKWARDS = 3
_PAIR_TOKENS = 150
_LIBRARIES = 600_000_000


def preview(request: StudyRequest) -> Preview:
    """Never raises. Reads the beginnings of files, and the model's headers."""
    problems: list[Problem] = []
    notes: dict[str, str] = {}
    model: ModelFolder | None = None
    documents = size = 0
    try:
        model = open_model(_root(request.model.expanduser()), field="model")
        notes["model"] = model_words(model.family, model.parameters, model.vocab_size)
    except UserError as error:
        problems.append(Problem(field="model", message=error.message))
    corpus = next(
        (
            file
            for name in ("corpus.jsonl", "corpus.jsonl.gz")
            if (file := request.collection / name).is_file()
        ),
        None,
    )
    if corpus is None:
        message = f"There is no corpus.jsonl in {request.collection}: choose a collection's folder."
        problems.append(Problem(field="collection", message=message))
    else:
        documents, size, exact = lines_in(corpus)
        notes["collection"] = f"{'' if exact else 'about '}{documents:,} documents"
    if request.pairs is not None and not request.pairs.is_file():
        problems.append(Problem(field="pairs", message=f"There is no file {request.pairs}."))
    if model is None or problems:
        return Preview(problems=problems, notes=notes)
    layers = int(model.config.get("num_hidden_layers") or model.config.get("n_layer") or 1)
    attentions = 2 if request.attention == "both" else 1
    count = attentions * (len(request.poolings) * len(layers_of(request.layers, layers)) + len(request.heads))
    notes["poolings"] = f"about {count} ways to make a vector"
    width = model.hidden_size
    weights = sum(head.parameters(width, layers) for head in request.trained_heads())
    if request.heads:
        notes["heads"] = f"{weights:,} weights in all"
    echo = any(pooling.startswith("echo") for pooling in request.poolings)
    read = size / _BYTES_A_TOKEN * (3 if echo else 1) + request.most_pairs * _PAIR_TOKENS * bool(weights)
    computing = max(1, model.parameters - model.vocab_size * width)
    operations = 2.0 * attentions * read * computing
    latents = 32
    operations += (
        2.0 * attentions * weights * latents * (_BACKWARDS * 2 * request.steps * request.batch + documents)
    )
    return Preview(
        problems=problems,
        notes=notes,
        seconds=_START + operations / _OPERATIONS_A_SECOND,
        memory_bytes=_LIBRARIES + 4 * model.parameters + count // attentions * documents * width * 4,
    )


def _root(model: Path) -> Path:
    """Where the model itself lies; older folders of sentence-transformers have it in a folder of its own."""
    from core.encoders.recipe import read_modules

    modules = model / "modules.json"
    if (model / "config.json").is_file() or not modules.is_file():
        return model
    return model / read_modules(modules, field="model")[0][1]
