from __future__ import annotations

from pathlib import Path

from app.panels.transplant.heal.words import facts, run_title
from core.heal.request import HealRequest
from tests.app.panels.transplant.heal.made_up import result


def test_that_a_run_is_called_by_its_model_what_is_trained_and_how_long() -> None:
    request = HealRequest(model=Path("models/graft"), text=[Path("a.txt")])
    assert run_title(request) == "graft · embeddings, 1,000,000 tokens"
    more = request.model_copy(update={"model": Path("/p/runs/7/model"), "train": "lora", "beside": "mean"})
    assert run_title(more) == "7/model · lora, 1,000,000 tokens, beside the mean"


def test_that_the_facts_say_what_was_learnt_from_and_measured_on() -> None:
    assert facts(result(), 4) == (
        "learnt from 24 kB · measured on 3 kB, the end of the text · 1 min 1 s · run 4"
    )
    again = result(tokens=12_000, held_out_from_end=False)
    assert facts(again, 4).startswith("learnt from 24 kB, 2.0 times · measured on 3 kB · ")
