"""What a form asks: the fields of a request, read off its model and its JSON schema."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from types import NoneType
from typing import Any, Literal, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Kind = Literal[
    "integer", "number", "switch", "text", "lines", "numbers", "picks", "option", "choice", "spelt", "path",
    "paths", "systems", "encoder", "measures", "others", "other", "language-models", "samplers", "passage",
]  # fmt: skip
Schema = dict[str, Any]
EDITORS = ("systems", "encoder", "measures", "language-models", "samplers", "passage")
"""Kinds that a field names itself, by its extra ``editor``."""
YES_NO = ((True, "Yes"), (False, "No"))
NEEDS = "needs_"
"""What a member's flag begins with that says which field it needs."""
LONGEST = 14
"""Characters of an option that can be read in half a line."""


@dataclass(frozen=True)
class Member:
    """One of the parameter models of a choice. `random` is None where the model does not say.

    `needs` are the fields of the request that it cannot do without: those it says by ``needs_corpus = True``.
    """

    name: str
    title: str
    sentence: str
    source: str
    random: bool | None
    fields: tuple[Field, ...]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pick:
    """One of several things that can be picked. `takes` says its parameters as they are written."""

    name: str
    title: str
    sentence: str
    takes: str = ""


@dataclass(frozen=True)
class Field:
    """One question. `path` leads to its value in the request: ``("method", "k")``."""

    path: tuple[str, ...]
    title: str
    kind: Kind
    help: str = ""
    default: Any = None
    required: bool = False
    nullable: bool = False
    advanced: bool = False
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    none: str = ""
    """What there being none means, in a word or two: ``no limit``."""
    input: str = ""
    output: str = ""
    options: tuple[tuple[Any, str], ...] = ()
    """Of an *option*: value and label."""
    discriminator: str = ""
    members: tuple[Member, ...] = ()
    like: str = ""
    """Of *spelt*: the choice whose members it takes, in a line."""
    picks: tuple[Pick, ...] = ()
    every: str = ""
    """Of *picks*: the line that stands for all of them."""
    example: str = ""
    """Of *picks*: a line that only words can say."""

    @property
    def key(self) -> str:
        """How problems and notes name it: ``method.k``."""
        return ".".join(self.path)

    @property
    def short(self) -> bool:
        """Whether two of its kind fit side by side."""
        wide = any(len(label) > LONGEST for _, label in self.options)
        return self.kind in ("integer", "number", "option") and not self.nullable and not wide


@cache
def fields_of(model: type[BaseModel], under: tuple[str, ...] = ()) -> tuple[Field, ...]:
    """The fields of a model in their order; `under` is the path that leads to the model. Read once.

    Raises TypeError for a field that no editor is known for.
    """
    schema = model.model_json_schema()
    required = schema.get("required", [])
    fields = tuple(
        _field(model, name, _plain(schema, node), (*under, name), required=name in required)
        for name, node in schema.get("properties", {}).items()
    )
    members = {field.path[-1]: field.members for field in fields}
    return tuple(replace(field, members=members[field.like]) if field.like else field for field in fields)


def _field(
    model: type[BaseModel], name: str, plain: tuple[Schema, bool], path: tuple[str, ...], *, required: bool
) -> Field:
    node, nullable = plain
    info = model.model_fields[name]
    members = _members(info, path)
    labels = node.get("labels", {})
    options = tuple((value, labels.get(value, value)) for value in node.get("enum", ()))
    if node.get("type") == "boolean" and nullable:
        options = YES_NO
    return Field(
        path=path,
        title=node.get("title", name),
        kind="choice" if members else "option" if options else _kind(f"{model.__name__}.{name}", node),
        help=node.get("description", ""),
        default=node.get("default"),
        required=required,
        nullable=nullable,
        advanced=node.get("advanced", False),
        minimum=node.get("minimum", node.get("exclusiveMinimum")),
        maximum=node.get("maximum", node.get("exclusiveMaximum")),
        unit=node.get("unit", ""),
        none=node.get("none", ""),
        input=node.get("input", ""),
        output=node.get("output", ""),
        options=options,
        discriminator=str(info.discriminator) if members else "",
        members=members,
        like=node.get("like", ""),
        picks=tuple(Pick(**pick) for pick in node.get("picks", ())),
        every=node.get("every", ""),
        example=node.get("example", ""),
    )


def _kind(where: str, node: Schema) -> Kind:
    if node.get("editor") in EDITORS:
        found_editor: Kind = node["editor"]
        return found_editor
    if "picks" in node:
        return "picks"
    if "like" in node:
        return "spelt"
    if node.get("format") == "path" or node.get("output"):
        return "path"
    kinds: dict[str, Kind] = {
        "integer": "integer",
        "number": "number",
        "boolean": "switch",
        "string": "text",
    }
    found = kinds.get(node.get("type", ""))
    if found is None and node.get("type") == "array":
        items = node.get("items", {})
        plain = items.get("type") == "string" and "enum" not in items
        numbers = items.get("type") in ("number", "integer")
        found = (
            "paths" if items.get("format") == "path" else "lines" if plain else "numbers" if numbers else None
        )
    if found is None:
        raise TypeError(f"{where}: no form field for {node}")
    return found


def _members(info: FieldInfo, path: tuple[str, ...]) -> tuple[Member, ...]:
    if not isinstance(info.discriminator, str):
        return ()
    classes = [cls for cls in (get_args(info.annotation) or (info.annotation,)) if cls is not NoneType]
    return tuple(member_of(cls, info.discriminator, path) for cls in classes)


def member_of(cls: type[BaseModel], discriminator: str, path: tuple[str, ...] = ()) -> Member:
    """A parameter model as one of a choice; `path` leads to the choice."""
    name = cls.model_fields[discriminator].default
    schema = cls.model_json_schema()
    required = schema.get("required", [])
    return Member(
        name=name,
        title=getattr(cls, "title", name),
        sentence=getattr(cls, "sentence", ""),
        source=getattr(cls, "source", ""),
        random=getattr(cls, "random", None),
        fields=tuple(
            _field(cls, field, _plain(schema, node), (*path, field), required=field in required)
            for field, node in schema["properties"].items()
            if field != discriminator
        ),
        needs=tuple(
            sorted(
                flag.removeprefix(NEEDS)
                for flag in dir(cls)
                if flag.startswith(NEEDS) and getattr(cls, flag) is True
            )
        ),
    )


def _plain(schema: Schema, node: Schema) -> tuple[Schema, bool]:
    """A field's schema without references and without null, and whether null was allowed."""
    if "$ref" in node:
        target = schema["$defs"][node["$ref"].rpartition("/")[2]]
        node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
    options = [option for option in node.get("anyOf", []) if option.get("type") != "null"]
    nullable = len(options) < len(node.get("anyOf", []))
    if len(options) == 1:
        node = {**_plain(schema, options[0])[0], **{k: v for k, v in node.items() if k != "anyOf"}}
    return node, nullable
