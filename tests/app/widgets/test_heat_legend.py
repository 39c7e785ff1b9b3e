from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app import theme
from app.widgets.heat_legend import HeatLegend
from app.widgets.token_heat import ENTROPY, RANK, SURPRISE, Heat, difference


@pytest.mark.parametrize("heat", [SURPRISE, ENTROPY, RANK, difference([], 0)], ids=lambda heat: heat.key)
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_that_it_says_in_words_what_the_tints_mean(qtbot: QtBot, heat: Heat, mode: theme.Mode) -> None:
    legend = HeatLegend()
    qtbot.addWidget(legend)
    legend.show_heat(heat)
    theme.current().set_mode(mode)
    legend.resize(legend.sizeHint())
    assert not legend.grab().isNull()
    assert legend.accessibleName() == f"{heat.title}: from {heat.low} to {heat.high}"
    assert legend.sizeHint().width() > legend.fontMetrics().horizontalAdvance(heat.low + heat.high) + 60
