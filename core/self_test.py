"""``lexigraft --self-test``: one small job of each kind, and what works. The same from source and frozen."""

from __future__ import annotations

import base64
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.catalog import load_catalog
from core.errors import UserError
from core.flags import RequestFlags
from core.folders import resources_folder
from core.jobs.context import Control
from core.jobs.registry import job_kind
from core.jobs.request import RunSpec

STARTERS = ("prose-bpe", "prose-unigram")


@dataclass(frozen=True)
class Check:
    """`run` gets a folder for its files and returns a few words on what it saw, or raises."""

    name: str
    run: Callable[[Path], str]


def run_self_test(more: Sequence[Check] = ()) -> int:
    """Print a line for each check; 0 when all pass, 1 otherwise. The user's own files are left alone."""
    failed = 0
    with tempfile.TemporaryDirectory(prefix="lexigraft-self-test-") as folder, _own_folders(Path(folder)):
        for check in [*CHECKS, *more]:
            began = time.monotonic()
            place = Path(folder) / check.name.replace(" ", "-")
            place.mkdir()
            try:
                seen = check.run(place)
            except Exception as error:  # noqa: BLE001 - whatever goes wrong is what is asked for
                failed += 1
                print(f"FAILED  {check.name}: {error}", flush=True)
                if not isinstance(error, UserError):
                    traceback.print_exc(file=sys.stderr)
            else:
                print(f"ok      {check.name}: {seen} ({time.monotonic() - began:.1f} s)", flush=True)
    print(f"{failed} failed." if failed else "Everything works.")
    return 1 if failed else 0


@contextmanager
def _own_folders(folder: Path) -> Iterator[None]:
    before = dict(os.environ)
    os.environ |= {f"LEXIGRAFT_{name}": str(folder / name.lower()) for name in ("CONFIG", "CACHE", "DATA")}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before


def starter(name: str) -> Path:
    return resources_folder() / "starter" / name


def _run(kind: str, workdir: Path, *, process: bool = False, **request: Any) -> dict[str, Any]:
    from core.jobs.executors import ProcessExecutor, ThreadExecutor

    executor = ProcessExecutor() if process else ThreadExecutor()
    try:
        finished = executor.run(
            RunSpec(kind=kind, request=request, device="cpu"),
            workdir=workdir,
            on_event=lambda event: None,
            control=Control(),
        )
    finally:
        executor.close()
    if finished.status != "done" or finished.result is None:
        raise RuntimeError(
            finished.error.message + finished.error.traceback if finished.error else finished.status
        )
    return finished.result


def _catalogue(folder: Path) -> str:
    kinds = load_catalog()
    for kind in kinds:
        kind.load()
        kind.load_preview()
    return f"{len(kinds)} jobs load"


def _plug_ins(folder: Path) -> str:
    methods = RequestFlags(job_kind("transplant").request).flags[("method",)].members
    if len(methods) < 5:
        raise RuntimeError(f"only these transplant methods were found: {methods}")
    from core.retrieval.compress.codecs import CODECS
    from core.retrieval.systems import SYSTEMS
    from core.tokenizers.compare.measures import MEASURES
    from core.tokenizers.formats import FORMATS
    from core.tokenizers.train.algorithms import ALGORITHMS

    if len(FORMATS) < 7 or len(ALGORITHMS) < 6 or len(MEASURES) < 50:
        raise RuntimeError(f"too few were found: {len(FORMATS)}, {len(ALGORITHMS)}, {len(MEASURES)}")
    if len(SYSTEMS) < 6 or len(CODECS) < 12:
        raise RuntimeError(f"too few were found: {len(SYSTEMS)}, {len(CODECS)}")
    from core.generation.samplers import SAMPLERS
    from core.generation.strategies import STRATEGIES

    if len(SAMPLERS) < 12 or len(STRATEGIES) < 4:
        raise RuntimeError(f"too few were found: {len(SAMPLERS)}, {len(STRATEGIES)}")
    return (
        f"transplant methods {', '.join(methods)}; {len(FORMATS)} tokenizer formats, "
        f"{len(MEASURES)} measures, {len(ALGORITHMS)} ways to train; retrieval systems {', '.join(SYSTEMS)}, "
        f"{len(CODECS)} codes; {len(SAMPLERS)} samplers, {len(STRATEGIES)} ways to decode"
    )


def _resources(folder: Path) -> str:
    texts = sorted((starter("texts")).glob("*.txt"))
    themes = list((resources_folder() / "themes").iterdir())
    missing = [name for name in STARTERS if not (starter(name) / "config.json").is_file()]
    if missing or not texts or not themes:
        raise RuntimeError(f"missing from {resources_folder()}: {missing or 'texts or themes'}")
    return f"two starter models, {len(texts)} texts"


def _describe(folder: Path) -> str:
    result = _run("describe-model", folder, model=str(starter(STARTERS[0])))
    return f"{result['architecture']}, {result['parameters']:,} parameters"


def _tokenizers(folder: Path) -> str:
    """Through each of the libraries that read tokenizers."""
    text = starter("texts") / "prose.txt"
    _run("train-tokenizer", folder, text=[str(text)], vocab_size=400, out=str(folder / "trained"))
    (folder / "bytes.tiktoken").write_bytes(
        b"".join(b"%s %d\n" % (base64.b64encode(bytes([byte])), byte) for byte in range(256))
    )
    with (folder / "pieces.model").open("wb") as model:
        import sentencepiece

        sentences = iter(text.read_text("utf-8").splitlines())
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=sentences,
            model_writer=model,
            vocab_size=200,
            minloglevel=2,
            normalization_rule_name="identity",  # the others need files that only training reads
        )
    (folder / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\n##s\n", "utf-8")
    opened = [folder / name for name in ("trained", "bytes.tiktoken", "pieces.model", "vocab.txt")]
    result = _run("compare-tokenizers", folder, tokenizers=[*map(str, opened)], text=[str(text)])
    return str(result["sentence"])


def _live(folder: Path) -> str:
    from core.tokenizers.live.preview import Live
    from core.tokenizers.live.request import AskRibbons
    from core.tokenizers.live.result import Ribbons

    live = Live()
    try:
        answer = live.ask(AskRibbons(tuple(starter(name) for name in STARTERS), "The quick brown fox"))
    finally:
        live.close()
    if not isinstance(answer, Ribbons) or any(row.problem for row in answer.rows):
        raise RuntimeError(f"no ribbons: {answer}")
    return f"{' and '.join(str(len(row.ids)) for row in answer.rows)} tokens in {answer.seconds * 1e3:.1f} ms"


def _project(folder: Path) -> str:
    lab = str(folder / "lab")
    _run("project-new", folder, folder=lab)
    checked = _run("project-check", folder, folder=lab)
    if not checked["ok"]:
        raise RuntimeError(f"a new project is not whole: {checked['findings']}")
    return "made, migrated and whole"


def _engine_process(folder: Path) -> str:
    made = _run("project-new", folder, process=True, folder=str(folder / "lab"))
    return f"made a project, using {made['peak_memory_bytes'] / 1e6:,.0f} MB"


def _train(folder: Path) -> str:
    tiny = {
        "name": "causal-lm",
        "hidden_size": 16,
        "layers": 1,
        "heads": 2,
        "context": 32,
        "batch": 2,
        "steps": 2,
    }
    text = [str(starter("texts") / "prose.txt")]
    result = _run("train", folder, text=text, recipe=tiny, vocab_size=300, out=str(folder / "model"))
    described = _run("describe-model", folder, model=result["out"])
    return f"{described['parameters']:,} parameters after {result['steps']} steps"


def _transplant(folder: Path) -> str:
    base, donor = (str(starter(name)) for name in STARTERS)
    result = _run(
        "transplant",
        folder,
        process=True,
        base=base,
        target_tokenizer=donor,
        donor=donor,
        method={"name": "omp", "k": 4},
        text=[str(starter("texts") / "prose.txt")],
        max_bytes=2_000,
        out=str(folder / "graft"),
    )
    before, after = (result["bits_per_byte"][when]["all"] for when in ("before", "after"))
    return f"{result['matched']:,} tokens copied, {before:.2f} → {after:.2f} bits per byte"


def _sweep(folder: Path) -> str:
    """Methods that reach for libraries of their own: word vectors and pictures of glyphs."""
    base, target = (str(starter(name)) for name in STARTERS)
    text = [str(starter("texts") / "prose.txt")]
    result = _run(
        "sweep",
        folder,
        base=base,
        target_tokenizer=target,
        method=["focus", "glyph"],
        corpus=text,
        text=text,
        max_bytes=1_000,
    )
    if wrong := [row["error"] for row in result["rows"] if row["error"]]:
        raise RuntimeError(wrong[0])
    return f"{len(result['rows'])} methods beside each other"


def _heal(folder: Path) -> str:
    text = [str(starter("texts") / "prose.txt")]
    result = _run(
        "heal",
        folder,
        model=str(starter(STARTERS[0])),
        text=text,
        train="lora",
        rank=2,
        tokens=500,
        context=64,
        batch=2,
        looks=2,
        max_bytes=1_000,
        out=str(folder / "healed"),
    )
    described = _run("describe-model", folder, model=result["out"])
    return f"{described['parameters']:,} parameters, a low-rank change merged"


def _retrieval(folder: Path) -> str:
    """With each library that searches: BM25's, FAISS, and the starter's vectors."""
    embedder = str(starter("embedder"))
    result = _run(
        "retrieval",
        folder,
        collection=str(starter("help")),
        systems=[
            "bm25 stemmer=english",
            embedder,
            f"dense 'model={embedder}' index=hnsw label=HNSW",
            "hybrid",
        ],
        measures=["nDCG@10"],
        out=str(folder / "evaluation"),
    )
    figures = [f"{system['measures']['nDCG@10']['value']:.3f}" for system in result["systems"]]
    return f"nDCG@10 {', '.join(figures)} on {len(result['queries'])} queries"


def _compress(folder: Path) -> str:
    result = _run(
        "retrieval-compress",
        folder,
        collection=str(starter("help")),
        encoder=str(starter("embedder")),
        codec=["int8", "binary"],
    )
    if result["refused"]:
        raise RuntimeError(result["refused"][0])
    return f"{len(result['codecs'])} codes beside each other"


def _map(folder: Path) -> str:
    """The libraries behind UMAP, and a table in Parquet on the way."""
    import pyarrow
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.table({"id": ["a", "b"]}), folder / "ids.parquet")
    read = pyarrow.parquet.read_table(folder / "ids.parquet").num_rows
    result = _run(
        "retrieval-map",
        folder,
        collection=str(starter("help")),
        encoder=str(starter("embedder")),
        method="umap",
    )
    return f"{result['documents']:,} documents on a plane, {read} rows of a table"


def _generate(folder: Path) -> str:
    """Both starters side by side, from the middle of a word, in the engine's own process."""
    models = [str(starter(name)) for name in STARTERS]
    result = _run(
        "generate",
        folder,
        process=True,
        models=models,
        prompt="It was the best of tim",
        strategy={"kind": "sample"},
        samplers=["temperature t=0.7", "top-p"],
        max_bytes=40,
    )
    return f"“…tim{result['texts'][0][:12].strip()}…”, {result['tokens_per_second'][0]:.0f} tokens a second"


def _next_byte(folder: Path) -> str:
    result = _run("bytes", folder, models=[str(starter(STARTERS[0]))], prompt="It was the best of tim")
    likeliest = max(range(256), key=result["next_byte"].__getitem__)
    return f"“{chr(likeliest)}” with {result['next_byte'][likeliest]:.3f}, {result['evaluations']} calls"


def _look_inside(folder: Path) -> str:
    _run("lens", folder, model=str(starter(STARTERS[0])), prompt="It was the best of")
    result = _run(
        "merged",
        folder,
        model=str(starter(STARTERS[0])),
        text=[str(starter("texts") / "prose.txt")],
        size=2_000,
        read_bytes=500,
    )
    return f"a lens, and {result['vocabulary']['size']:,} merged tokens behind an index"


CHECKS: tuple[Check, ...] = (
    Check("resources", _resources),
    Check("catalogue", _catalogue),
    Check("plug-ins", _plug_ins),
    Check("project", _project),
    Check("engine process", _engine_process),
    Check("models describe", _describe),
    Check("tokenizers", _tokenizers),
    Check("ribbons", _live),
    Check("train", _train),
    Check("transplant", _transplant),
    Check("sweep", _sweep),
    Check("heal", _heal),
    Check("retrieval", _retrieval),
    Check("compress", _compress),
    Check("map", _map),
    Check("generate", _generate),
    Check("next byte", _next_byte),
    Check("look inside", _look_inside),
)
