from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from app import theme
from app.panels.tokenizers.compare.figures import heat_of, text_measures, texts_of
from app.panels.tokenizers.compare.heat_map import HeatMap
from tests.app.panels.tokenizers.compare import made_up


@pytest.fixture
def heat_map(qtbot: QtBot) -> HeatMap:
    theme.current().set_mode("light")
    made = HeatMap()
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    result = made_up.compared()
    made.show_heat(heat_of(result, text_measures(result)[0]))
    return made


def test_that_every_text_has_its_language_and_all_together_come_first(heat_map: HeatMap) -> None:
    names = [text.name for text in heat_map.heat.texts]
    assert names[:3] == ["All", "English", "Deutsch"]
    assert "العربية" in names
    assert [text.key for text in texts_of(made_up.compared(texts=("prose",)))] == ["prose"]


def test_that_hovering_gives_the_figure_and_its_interval(heat_map: HeatMap) -> None:
    words = heat_map.words(1, 0)
    assert words == "English (eng) · llama3: 3.68 bytes/token\n95 % interval: 3.57 to 3.79"
    result = made_up.compared()
    fertility = text_measures(result)[1]
    heat_map.show_heat(heat_of(result, fertility))
    thai = [text.key for text in heat_map.heat.texts].index("tha")
    assert heat_map.words(thai, 2).endswith("mistral-v1: not measured")


def test_that_tokenizers_are_rows_where_there_is_room_and_columns_elsewhere(heat_map: HeatMap) -> None:
    assert not heat_map.flat
    tall = heat_map.height()
    heat_map.resize(1_400, 400)
    assert heat_map.flat
    assert heat_map.height() < tall
    for width in (300, 600, 1_400):
        heat_map.resize(width, heat_map.height())
        area = heat_map._area(2, 1)
        assert heat_map.cell_at(area.center()) == (2, 1)
    assert heat_map.cell_at(QPointF(2, 2)) is None


def test_that_names_stand_on_end_where_columns_are_narrow(heat_map: HeatMap) -> None:
    low = heat_map._shape().head
    result = made_up.compared(tuple(f"a-tokenizer-{number}" for number in range(12)))
    heat_map.show_heat(heat_of(result, text_measures(result)[0]))
    assert heat_map._shape().head > low
    assert heat_map.height() == heat_map._shape().head + 10 * heat_map._row + 2
    assert heat_map.cell_at(heat_map._area(3, 11).center()) == (3, 11)


def test_that_a_click_and_return_choose_the_text(qtbot: QtBot, heat_map: HeatMap) -> None:
    with qtbot.waitSignal(heat_map.chosen) as chosen:
        qtbot.mouseClick(heat_map, Qt.MouseButton.LeftButton, pos=heat_map._area(2, 1).center().toPoint())
    assert chosen.args == ["deu", 1]
    heat_map.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Right):
        qtbot.keyClick(heat_map, key)
    with qtbot.waitSignal(heat_map.chosen) as chosen:
        qtbot.keyClick(heat_map, Qt.Key.Key_Return)
    assert heat_map.accessibleDescription().startswith("German (deu) · ") or chosen.args[0] == "eng"


def test_that_larger_figures_are_shaded_more(heat_map: HeatMap) -> None:
    image = heat_map.grab().toImage()

    def shade(text: int, tokenizer: int) -> int:
        corner = heat_map._area(text, tokenizer).topLeft().toPoint()
        return image.pixelColor(corner.x() + 4, corner.y() + 4).lightness()

    assert shade(0, 0) < shade(3, 0) < shade(9, 2)
