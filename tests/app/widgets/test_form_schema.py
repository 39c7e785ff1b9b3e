from __future__ import annotations

import pytest
from pydantic import BaseModel

from app.widgets.form_schema import Field, fields_of
from core.audit.request import AuditRequest
from core.jobs.request import Request
from core.tokenizers.compare.request import CompareTokenizersRequest
from core.tokenizers.dynamic.request import DynamicRequest
from core.tokenizers.extend.request import ExtendTokenizerRequest
from core.tokenizers.prune.request import PruneTokenizerRequest
from core.tokenizers.train.request import TrainTokenizerRequest
from core.transplant.request import TransplantRequest
from tests.app.widgets.asking import AskRequest


def field(name: str) -> Field:
    return next(field for field in fields_of(AskRequest) if field.key == name)


def test_that_fields_come_in_the_requests_order_with_their_kinds() -> None:
    assert [(field.key, field.kind) for field in fields_of(AskRequest)] == [
        ("model", "path"),
        ("shape", "choice"),
        ("text", "paths"),
        ("way", "option"),
        ("limit", "integer"),
        ("note", "text"),
        ("names", "lines"),
        ("part", "number"),
        ("cutter", "path"),
        ("out", "path"),
    ]


def test_that_titles_help_bounds_and_extras_are_read() -> None:
    limit = field("limit")
    assert (limit.title, limit.help, limit.unit) == ("Limit", "At most.", "bytes")
    assert (limit.minimum, limit.nullable, limit.advanced, limit.default) == (10, True, True, 2_000)
    assert (field("model").input, field("model").required) == ("model", True)
    assert field("out").output == "folder"
    assert field("way").options == (("up", "up"), ("down", "down"))


def test_that_a_choice_has_its_members_with_what_they_say_of_themselves() -> None:
    round_one, rough = field("shape").members
    assert (round_one.title, round_one.sentence, round_one.random) == (
        "Round, of one size",
        "All of one size.",
        False,
    )
    assert [(f.key, f.kind, f.maximum) for f in round_one.fields] == [("shape.size", "integer", 9)]
    assert [(f.key, f.kind) for f in rough.fields] == [("shape.spread", "number"), ("shape.smooth", "switch")]


def test_that_every_transplant_method_can_be_asked_for() -> None:
    method = next(field for field in fields_of(TransplantRequest) if field.key == "method")
    assert {member.name for member in method.members} >= {"omp", "fvt", "mean", "random", "zero"}
    assert all(member.sentence and member.source for member in method.members)


@pytest.mark.parametrize(
    "request_model",
    [
        TrainTokenizerRequest,
        ExtendTokenizerRequest,
        PruneTokenizerRequest,
        DynamicRequest,
        AuditRequest,
        CompareTokenizersRequest,
    ],
)
def test_that_every_question_about_tokenizers_has_a_form(request_model: type[Request]) -> None:
    fields = fields_of(request_model)
    assert all(field.title and field.help for field in fields)
    folded = [field.advanced for field in fields if not field.output]
    assert not folded[0]
    assert not any(field.required and field.advanced for field in fields)


def test_that_a_field_without_an_editor_is_refused_by_name() -> None:
    class Strange(BaseModel):
        table: dict[str, int] = {}

    with pytest.raises(TypeError, match=r"Strange\.table"):
        fields_of(Strange)
