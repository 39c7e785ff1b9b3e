from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import create_model
from pytestqt.qtbot import QtBot

from app.session import Session
from app.widgets.encoder_editor import EncoderEditor
from app.widgets.form import Form
from app.widgets.form_schema import fields_of
from core.jobs.request import Request
from core.retrieval.fields import Encoder


@pytest.fixture(scope="module")
def request_model() -> type[Request]:
    return create_model("EncoderRequest", __base__=Request, encoder=(Encoder, ...))


@pytest.fixture
def form(qtbot: QtBot, session: Session, request_model: type[Request]) -> Form:
    made = Form(fields_of(request_model), session)
    qtbot.addWidget(made)
    made.show()
    return made


def inner(form: Form) -> Form:
    editor = form.box("encoder").editor
    assert isinstance(editor, EncoderEditor)
    return editor.form


@pytest.mark.parametrize(
    "value",
    ["/models/minilm", "dense model=/models/minilm", {"kind": "dense", "model": "/models/minilm"}],
)
def test_that_a_path_a_line_and_a_dict_are_understood(
    form: Form, request_model: type[Request], value: Any
) -> None:
    form.set_values({"encoder": value})
    made: Any = request_model.model_validate(form.values())
    assert made.encoder.model == Path("/models/minilm")
    assert made.encoder.normalise is None
    form.set_values(made.model_dump(mode="json"))
    assert request_model.model_validate(form.values()) == made


def test_that_the_model_comes_first_and_the_rest_is_folded(form: Form) -> None:
    boxes = inner(form).boxes()
    assert (boxes[0].field.key, boxes[0].field.title) == ("model", "Encoder")
    assert boxes[0].isVisible()
    assert not any(box.isVisible() for box in boxes[1:])


def test_that_how_vectors_are_searched_is_not_asked_of_an_encoder(form: Form) -> None:
    keys = {box.field.key for box in inner(form).boxes()}
    assert "pooling" in keys
    assert not keys & {"index", "compress", "nprobe", "label"}


def test_that_how_it_is_used_is_kept(form: Form, request_model: type[Request]) -> None:
    given = {
        "kind": "dense", "model": "/m", "pooling": "cls", "normalise": False, "query_prompt": "query: ",
    }  # fmt: skip
    form.set_values({"encoder": given})
    made: Any = request_model.model_validate(form.values())
    assert (made.encoder.pooling, made.encoder.normalise, made.encoder.query_prompt) == (
        "cls",
        False,
        "query: ",
    )


def test_that_without_a_model_there_is_no_encoder(form: Form) -> None:
    assert "encoder" not in form.values()
    assert form.fault(("encoder", "model"), "", missing=True) == ("encoder", "Choose the encoder.")
