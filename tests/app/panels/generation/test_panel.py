from __future__ import annotations

from pathlib import Path

from app.panels.generation.panel import TAB_OF, GenerationPanel


def test_that_every_tool_can_be_shown(panel: GenerationPanel) -> None:
    panel.restore_view({})
    assert panel.tab == "side"
    for key, _ in panel.tabs:
        panel.select_tab(key)
        assert panel.made(key).isVisible()


def test_that_every_kind_of_run_has_a_tool(panel: GenerationPanel) -> None:
    assert set(TAB_OF.values()) == {key for key, _ in panel.tabs}


def test_that_what_other_panels_take_too_is_left_to_them(panel: GenerationPanel, tmp_path: Path) -> None:
    text = tmp_path / "prose.txt"
    text.write_text("It was the best of times.\n")
    assert not panel.takes([text])


def test_that_colours_of_models_are_kept_with_the_project(panel: GenerationPanel) -> None:
    panel.restore_view({"numbers": {"prose-bpe": 3}})
    assert panel.view_state()["numbers"]["prose-bpe"] == 3


def test_that_the_palette_offers_every_tool(panel: GenerationPanel) -> None:
    offered = {command.title for command in panel.commands()}
    assert {f"Show the tool {title}" for _, title in panel.tabs} <= offered
