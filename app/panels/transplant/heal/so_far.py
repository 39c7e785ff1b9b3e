"""The curve that a run which still goes has told, point by point."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from app.panels.transplant.heal.curve_card import Curves
from core.heal.result import ALL, HealPoint


class SoFar:
    """Fed with the partial results of one run; one that goes on tells its earlier points again."""

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id
        self.goal: float | None = None
        self._points: dict[str, dict[int, HealPoint]] = {"healed": {}, "beside": {}}

    def hear(self, data: dict[str, Any]) -> None:
        """What does not fit this version's is left out."""
        goal = data.get("goal")
        if isinstance(goal, dict) and isinstance(goal.get(ALL), float):
            self.goal = goal[ALL]
        for which, points in self._points.items():
            if which in data:
                try:
                    point = HealPoint.model_validate(data[which])
                except ValidationError:
                    continue
                points[point.tokens] = point

    def curves(self) -> Curves:
        healed, beside = ([points[tokens] for tokens in sorted(points)] for points in self._points.values())
        return Curves(healed, beside, self.goal)
