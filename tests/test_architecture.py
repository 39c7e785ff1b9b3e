"""The arrows between the rooms: who imports what, read from the source."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
ENGINES = ("transplant", "training", "audit", "retrieval", "generation")
MATERIAL = ("models", "tokenizers", "vectors", "encoders", "collections", "hypernetwork")
"""What engines are built on."""
PANEL_PARTS = ("panel", "tab", "job_tab", "questions_tab", "tabbed")
"""Modules of app.panels that are no panel, but what panels are made of."""
HEAVY = {
    "torch", "transformers", "tokenizers", "tiktoken", "sentencepiece", "pandas", "matplotlib", "scipy",
    "sklearn", "safetensors", "gensim", "peft", "accelerate", "faiss", "bm25s", "Stemmer", "umap", "numba",
    "pyarrow", "onnxruntime", "sentence_transformers",
}  # fmt: skip
LIGHT_SIDE = {
    "request", "result", "job", "preview", "methods", "recipes", "algorithms", "spelt", "inspect",
    "systems", "samplers", "strategies", "fields", "result_parts", "codecs", "builders",
}  # fmt: skip
TOP_LEVEL = {
    "app", "core", "resources", "tests", "packaging", "pyproject.toml", "constraints.txt", "Makefile",
    "README.md", "CHANGELOG.md", "LICENSE", "CONTRIBUTING.md",
}  # fmt: skip


class Import(NamedTuple):
    """`who` (a module of ours) imports `what`; `first` when that happens as `who` is imported."""

    who: str
    what: str
    line: int
    first: bool

    def __str__(self) -> str:
        return f"{self.who}:{self.line} imports {self.what}"


@cache
def sources() -> dict[str, ast.Module]:
    """Module name → syntax tree, of everything in app and core."""
    found = {}
    for file in sorted([*(ROOT / "app").rglob("*.py"), *(ROOT / "core").rglob("*.py")]):
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found[name] = ast.parse(file.read_text(encoding="utf-8"), filename=str(file))
    return found


@cache
def imports() -> tuple[Import, ...]:
    return tuple(found for who, tree in sources().items() for found in _imports(who, tree))


def _imports(who: str, tree: ast.Module) -> Iterator[Import]:
    pending: list[tuple[ast.AST, bool]] = [(tree, True)]
    while pending:
        node, first = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            pending += [(child, first) for child in node.orelse]
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            first = False
        if isinstance(node, ast.Import):
            yield from (Import(who, alias.name, node.lineno, first) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{who}:{node.lineno} has a relative import"
            yield Import(who, node.module or "", node.lineno, first)
            for alias in node.names:
                if f"{node.module}.{alias.name}" in sources():
                    yield Import(who, f"{node.module}.{alias.name}", node.lineno, first)
        pending += [(child, first) for child in ast.iter_child_nodes(node)]


def within(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def calls(name: str) -> Iterator[tuple[str, int]]:
    """Where something called (or reached as an attribute) `name` is called."""
    for who, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(name):
                yield who, node.lineno


def assert_none(wrong: list[Import]) -> None:
    assert not wrong, "\n".join(map(str, wrong))


def test_that_core_knows_no_qt_and_no_window() -> None:
    assert_none(
        [
            i
            for i in imports()
            if within(i.who, "core") and within(i.what, "PySide6", "shiboken6", "pyqtgraph", "app")
        ]
    )


def test_that_jobs_and_projects_know_no_engine() -> None:
    allowed = ("core.jobs", "core.errors", "core.folders")
    assert_none(
        [
            i
            for i in imports()
            if within(i.who, "core.jobs")
            and within(i.what, "core")
            and not within(i.what, *allowed, "core.catalog")
        ]
    )
    assert_none(
        [
            i
            for i in imports()
            if within(i.who, "core.project")
            and within(i.what, "core")
            and not within(i.what, *allowed, "core.project")
        ]
    )


def test_that_only_the_engine_process_asks_the_jobs_for_the_catalogue() -> None:
    askers = {i.who for i in imports() if within(i.who, "core.jobs") and within(i.what, "core.catalog")}
    assert askers <= {"core.jobs.child"}


@pytest.mark.parametrize("engine", ENGINES)
def test_that_engines_know_neither_each_other_nor_the_project(engine: str) -> None:
    others = [f"core.{other}" for other in ENGINES if other != engine]
    barred = [*others, "core.project", "core.catalog", "core.cli", "sqlalchemy", "alembic"]
    assert_none([i for i in imports() if within(i.who, f"core.{engine}") and within(i.what, *barred)])


def test_that_where_engines_meet_is_known_by_none_of_them() -> None:
    """In healing, training and transplants; in decoding with merged tokens, generation and transplants."""
    rooms = [f"core.{room}" for room in (*ENGINES, *MATERIAL)]
    assert_none(
        [i for i in imports() if within(i.who, *rooms) and within(i.what, "core.heal", "core.merged")]
    )
    barred = ("core.audit", "core.retrieval", "core.generation", "core.project", "core.catalog", "core.cli")
    assert_none([i for i in imports() if within(i.who, "core.heal") and within(i.what, *barred)])


def test_that_what_engines_are_built_on_knows_no_engine_and_no_project() -> None:
    barred = [
        *(f"core.{engine}" for engine in (*ENGINES, "heal", "merged")),
        "core.project",
        "core.catalog",
        "sqlalchemy",
        "alembic",
    ]
    rooms = [f"core.{room}" for room in MATERIAL]
    assert_none([i for i in imports() if within(i.who, *rooms) and within(i.what, *barred)])
    assert_none([i for i in imports() if within(i.who, "core.tokenizers") and within(i.what, "core.models")])


def test_that_the_window_never_imports_what_is_heavy() -> None:
    assert_none([i for i in imports() if within(i.who, "app") and i.what.split(".")[0] in HEAVY])


def test_that_the_window_imports_databases_and_plots_only_when_needed() -> None:
    late = ("sqlalchemy", "alembic", "pyqtgraph", "core.project.project")
    start = {i.who for i in imports() if within(i.who, "app") and i.first and within(i.what, *late)}
    reached = _reached_first("app.__main__")
    assert not start & reached, f"imported at start-up: {sorted(start & reached)}"


def test_that_the_window_sees_only_the_light_side_of_an_engine() -> None:
    engines = tuple(f"core.{engine}" for engine in (*ENGINES, *MATERIAL, "heal", "merged"))
    wrong = []
    for found in imports():
        if within(found.who, "app") and within(found.what, *engines):
            parts = found.what.split(".")
            if len(parts) > 2 and not LIGHT_SIDE & set(parts[2:]):
                wrong.append(found)
    assert_none(wrong)


def test_that_panels_do_not_know_each_other() -> None:
    def panel(module: str) -> str:
        parts = module.split(".")
        return parts[2] if within(module, "app.panels") and len(parts) > 2 else ""

    wrong = [i for i in imports() if panel(i.who) and panel(i.what) not in ("", panel(i.who), *PANEL_PARTS)]
    assert_none(wrong)


def test_that_only_dialogs_opens_dialogs() -> None:
    wrong = [
        f"{who}:{node.lineno} {node.id}"
        for who, tree in sources().items()
        if who != "app.dialogs"
        for node in ast.walk(tree)
        if isinstance(node, ast.Name)
        and node.id in ("QMessageBox", "QFileDialog", "QInputDialog", "QColorDialog")
    ]
    assert not wrong, wrong


def test_that_pickles_are_opened_only_where_strangers_files_are() -> None:
    doors = ("core.models", "core.tokenizers")
    barred = ("pickle", "cPickle", "dill", "shelve", "joblib", "cloudpickle")
    assert_none([i for i in imports() if within(i.what, *barred) and not within(i.who, *doors)])
    assert not [place for place in calls("torch.load") if not within(place[0], *doors)]
    allowing = [
        f"{who}:{node.lineno}"
        for who, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and any(word.arg == "allow_pickle" and ast.unparse(word.value) != "False" for word in node.keywords)
    ]
    assert not allowing


def test_that_archives_are_opened_only_by_the_project() -> None:
    assert_none([i for i in imports() if within(i.what, "tarfile")])
    assert_none([i for i in imports() if within(i.what, "zipfile") and not within(i.who, "core.project")])
    assert not list(calls(".extractall"))


def test_that_the_top_level_holds_only_what_the_design_names() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\n")
    if listed == [""]:
        listed = [path.name for path in ROOT.iterdir()]
    tops = {name.split("/")[0] for name in listed if name and not name.startswith(".")}
    generated = {"build", "dist", "__pycache__"}
    assert tops - generated <= TOP_LEVEL


def test_that_packaging_and_resources_are_no_packages() -> None:
    assert not [*(ROOT / "packaging").rglob("__init__.py"), *(ROOT / "resources").rglob("__init__.py")]


def test_that_no_module_is_a_drawer() -> None:
    drawers = {"util", "utils", "helper", "helpers", "misc", "common", "manager"}
    assert not [name for name in sources() if name.rpartition(".")[2] in drawers]


def test_that_the_catalogue_loads_nothing_heavy() -> None:
    barred = sorted(HEAVY | {"sqlalchemy", "alembic", "pyqtgraph", "PySide6", "numpy"})
    code = (
        "import sys; from core.catalog import load_catalog; load_catalog(); "
        f"print(*[name for name in {barred!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def _reached_first(start: str) -> set[str]:
    """Our modules that importing `start` imports before it returns."""
    found: set[str] = set()
    pending = [start]
    while pending:
        module = pending.pop()
        if module in found or module not in sources():
            continue
        found.add(module)
        pending += [i.what for i in imports() if i.who == module and i.first]
    return found
