from __future__ import annotations

from pathlib import Path

from app.panels.retrieval.panel import RetrievalPanel


def test_that_the_first_visit_shows_evaluate_and_a_later_one_what_was_left(panel: RetrievalPanel) -> None:
    panel.restore_view({})
    assert panel.tab == "evaluate"
    panel.restore_view({"tab": "limits"})
    assert panel.tab == "evaluate"


def test_that_every_tool_can_be_shown(panel: RetrievalPanel) -> None:
    panel.restore_view({"tab": "tests"})
    for key, _ in panel.tabs:
        panel.select_tab(key)
        assert panel.made(key).isVisible()


def test_that_it_takes_what_only_it_can_use(panel: RetrievalPanel, tmp_path: Path) -> None:
    run, text = tmp_path / "bm25.run", tmp_path / "prose.txt"
    run.write_text("1 Q0 d1 1 0.5 bm25\n")
    text.write_text("It was the best of times.\n")
    assert panel.takes([run])
    assert not panel.takes([text])


def test_that_colours_of_systems_are_kept_with_the_project(panel: RetrievalPanel) -> None:
    panel.restore_view({"numbers": {"minilm": 3}})
    numbers = panel.view_state()["numbers"]
    assert numbers["minilm"] == 3
