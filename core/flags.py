"""A request model as command-line flags, and back.

Both ways start from the model's JSON schema, so a field needs no more than its type, its default
and its description: ``target_tokenizer`` is ``--target-tokenizer``, a list repeats its flag, and a
choice between parameter models (a transplant's method) is ``--method NAME`` with the parameters of
all members as flags of their own.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from core.errors import UserError
from core.jobs.faults import words_of
from core.jobs.request import Request

Schema = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Flag:
    """One flag: of a field, or of a parameter within a choice (then `path` has two names)."""

    path: tuple[str, ...]
    name: str
    schema: Schema
    required: bool = False
    nullable: bool = False
    members: tuple[str, ...] = ()
    """Of a choice: what there is to choose. Of a parameter: the members that have it. Of a list of things
    spelt in a line: what there is, each with what it takes."""

    @property
    def kind(self) -> str:
        """``choice``, ``list``, ``switch``, ``data`` (JSON text) or ``text``."""
        if self.schema.get("editor") == "encoder":
            return "text"  # spelt in a line
        if "discriminator" in self.schema:
            return "choice"
        if self.schema.get("type") == "object" or "anyOf" in self.schema or "oneOf" in self.schema:
            return "data"
        return {"array": "list", "boolean": "switch"}.get(self.schema.get("type", ""), "text")

    @property
    def positional(self) -> bool:
        return self.schema.get("positional") is True

    @property
    def shown(self) -> str:
        """What messages call it."""
        return self.name.upper() if self.positional else f"--{self.name}"

    @property
    def may_be_emptied(self) -> bool:
        """Whether there is a ``--no-NAME``, for None or an empty list in place of the default."""
        return (self.nullable or self.kind == "list") and self.schema.get("default") not in (None, [])

    @property
    def dest(self) -> str:
        return ".".join(self.path)


class RequestFlags:
    """All flags of one request model.

    A parameter whose name is taken (a field's, or in `reserved`) gets its choice's name in front.
    """

    def __init__(self, request: type[Request], reserved: frozenset[str] = frozenset()) -> None:
        self._request = request
        self._schema = request.model_json_schema()
        self._properties: dict[str, dict[str, str]] = {}  # choice → what tells its members apart
        self.flags: dict[tuple[str, ...], Flag] = {}
        required = self._schema.get("required", [])
        for field, node in self._schema.get("properties", {}).items():
            schema, nullable = self._plain(node)
            members = tuple(_members(schema)) if "discriminator" in schema else self._lines_of(schema)
            self._add(Flag((field,), _dashed(field), schema, field in required, nullable, members))
        taken = {flag.name for flag in self.flags.values()} | reserved
        for flag in [flag for flag in self.flags.values() if flag.kind == "choice"]:
            self._add_parameters(flag, taken)

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        """Declare every flag. Only what is given ends up in the namespace, as text."""
        groups: dict[str, Any] = {}
        for flag in self.flags.values():
            target: Any = parser
            if len(flag.path) == 2:
                title = f"parameters of --{_dashed(flag.path[0])}"
                target = groups.get(title) or groups.setdefault(title, parser.add_argument_group(title))
            _declare(target, flag)

    def values(self, namespace: argparse.Namespace) -> Schema:
        """The request's JSON object, as far as it was given.

        Raises:
            UserError: a parameter of another member of a choice than the chosen one, or bad JSON text.
        """
        given = {
            flag: getattr(namespace, flag.dest)
            for flag in self.flags.values()
            if hasattr(namespace, flag.dest)
        }
        values: Schema = {}
        for flag, value in given.items():
            if flag.kind == "choice":
                values[flag.path[0]] = {self._told_apart_by(flag): value}
            elif len(flag.path) == 1:
                values[flag.path[0]] = _parsed(flag, value)
        for flag, value in given.items():
            if len(flag.path) == 2:
                self._set_parameter(values, flag, value)
        return values

    def validated(self, values: Schema) -> Request:
        """Raises `UserError`, a sentence that names the flag."""
        try:
            return self._request.model_validate(values)
        except ValidationError as error:
            raise self._sentence(error) from None

    def words(self, request: Request) -> list[str]:
        """The inverse: the arguments that make `request`, without those that say the default."""
        data = {**request.model_dump(mode="json"), **_lines(request)}
        words: list[str] = []
        positional: list[str] = []
        for flag in self.flags.values():
            owner: BaseModel | None = request
            value: Any = data
            for name in flag.path[:-1]:
                owner, value = getattr(owner, name), value[name]
            name = flag.path[-1]
            if owner is None or name not in type(owner).model_fields:
                continue
            info, value = type(owner).model_fields[name], value[name]
            if flag.positional:
                positional.append(_text(value))
            elif info.is_required() or getattr(owner, name) != info.get_default(call_default_factory=True):
                words += self._said(flag, value)
        dashed = any(word.startswith("-") for word in positional)
        return [*words, "--", *positional] if dashed else [*positional, *words]

    # How it is done

    def _said(self, flag: Flag, value: Any) -> list[str]:
        if value is None or value == []:
            return [f"--no-{flag.name}"]
        if flag.kind == "switch":
            return [f"--{flag.name}" if value else f"--no-{flag.name}"]
        if flag.kind == "choice":
            return [f"--{flag.name}", value[self._told_apart_by(flag)]]
        return [word for item in (value if flag.kind == "list" else [value]) for word in _pair(flag, item)]

    def _set_parameter(self, values: Schema, flag: Flag, value: Any) -> None:
        field, name = flag.path
        choice = self.flags[(field,)]
        key = self._told_apart_by(choice)
        if field not in values:
            default = choice.schema.get("default")
            if not isinstance(default, dict):
                raise UserError(
                    f"{flag.shown} is a parameter of {choice.shown}: say which one, {_either(flag.members)}."
                )
            values[field] = dict(default)
        chosen = values[field][key]
        if chosen not in flag.members:
            raise UserError(
                f"{flag.shown} is no parameter of {choice.shown} {chosen}, but of {_either(flag.members)}."
            )
        values[field][name] = _parsed(flag, value)

    def _told_apart_by(self, choice: Flag) -> str:
        key: str = choice.schema["discriminator"]["propertyName"]
        return key

    def _add(self, flag: Flag) -> None:
        self.flags[flag.path] = flag

    def _add_parameters(self, choice: Flag, taken: set[str]) -> None:
        key = self._told_apart_by(choice)
        members = {member: self._plain({"$ref": ref})[0] for member, ref in _members(choice.schema).items()}
        for parameters in members.values():
            for name, node in parameters.get("properties", {}).items():
                path = (choice.path[0], name)
                if name == key or path in self.flags:
                    continue
                schema, nullable = self._plain(node)
                flag = _dashed(name)
                if flag in taken:
                    flag = f"{choice.name}-{flag}"
                taken.add(flag)
                having = tuple(m for m, other in members.items() if name in other.get("properties", {}))
                if any(
                    members[m]["properties"][name].get("default") != schema.get("default") for m in having
                ):
                    schema = {key: value for key, value in schema.items() if key != "default"}
                self._add(Flag(path, flag, schema, nullable=nullable, members=having))

    def _plain(self, node: Schema) -> tuple[Schema, bool]:
        """A schema without references and without null, and whether null was allowed."""
        nullable = False
        while True:
            if "$ref" in node:
                target = self._schema["$defs"][node["$ref"].rpartition("/")[2]]
                node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
            elif any(option.get("type") == "null" for option in node.get("anyOf", [])):
                nullable = True
                options = [option for option in node["anyOf"] if option.get("type") != "null"]
                rest = {key: value for key, value in node.items() if key != "anyOf"}
                node = {**options[0], **rest} if len(options) == 1 else {"anyOf": options, **rest}
            else:
                return node, nullable

    def _lines_of(self, schema: Schema) -> tuple[str, ...]:
        """Of a list of things spelt in a line: ``top-p (p)``, ``mirostat (tau, eta)``."""
        items = schema.get("items", {})
        if "discriminator" not in items:
            return ()
        key = items["discriminator"]["propertyName"]
        members = {name: self._plain({"$ref": ref})[0] for name, ref in _members(items).items()}
        return tuple(
            f"{name} ({', '.join(parameter for parameter in member['properties'] if parameter != key)})"
            for name, member in members.items()
        )

    def _sentence(self, error: ValidationError) -> UserError:
        first, *others = error.errors(include_url=False)
        location = [part for part in first["loc"] if isinstance(part, str)]
        flag = None
        if location:
            flag = self.flags.get((location[0], location[-1])) or self.flags.get((location[0],))
        inside = " ".join(location[1:]) if flag is not None and flag.kind == "list" else ""
        message = f"{inside}: {words_of(first)}" if inside else words_of(first)
        more = f" ({len(others)} more like this.)" if others else ""
        text = f"{flag.shown}: {message}." if flag else f"{message[0].upper()}{message[1:]}."
        return UserError(text + more, field=location[0] if location else None)


def _lines(request: BaseModel) -> Schema:
    """The fields that hold things spelt in a line, or lists of them, as these lines."""
    found: Schema = {}
    for name, value in request:
        if isinstance(value, BaseModel) and hasattr(value, "line"):
            found[name] = value.line
        elif isinstance(value, list) and value and all(hasattr(item, "line") for item in value):
            found[name] = [item.line for item in value]
    return found


def _members(choice: Schema) -> dict[str, str]:
    """Member → reference to its schema, in the order in which the request lists them."""
    named = {ref: member for member, ref in choice["discriminator"]["mapping"].items()}
    return {named[option["$ref"]]: option["$ref"] for option in choice["oneOf"]}


def _declare(target: Any, flag: Flag) -> None:
    help_text = _help(flag)
    metavar = _metavar(flag)
    if flag.positional:
        target.add_argument(flag.dest, metavar=flag.name.upper(), help=help_text)
        return
    options: Schema = {"dest": flag.dest, "default": argparse.SUPPRESS, "help": help_text}
    if flag.kind == "switch":
        options["action"] = argparse.BooleanOptionalAction
    elif flag.kind == "list":
        options |= {"action": "extend", "nargs": "+", "metavar": metavar}
    elif flag.kind == "choice":
        options |= {"choices": flag.members, "metavar": metavar}
    else:
        options["metavar"] = metavar
    other = flag.schema.get("also")
    names = [f"--{flag.name}", *([f"--{other}"] if other else [])]
    target.add_argument(*names, required=flag.required, **options)
    if flag.may_be_emptied and flag.kind != "switch":
        empty: list[str] | None = [] if flag.kind == "list" else None
        target.add_argument(
            f"--no-{flag.name}",
            dest=flag.dest,
            action="store_const",
            const=empty,
            default=argparse.SUPPRESS,
            help=_help_without(flag),
        )


def _help(flag: Flag) -> str:
    parts = [f"[{', '.join(flag.members)}]"] if len(flag.path) == 2 else []
    choices = flag.members if flag.kind == "choice" else _choices(flag)
    parts.append(flag.schema.get("description") or ("" if choices else flag.schema.get("title", "")))
    if choices:
        parts.append(f"One of {_either(choices)}.")
    elif flag.kind == "list" and flag.members:
        parts.append(f"There are {', '.join(flag.members)}.")
    default = flag.schema.get("default")
    if isinstance(default, dict) and flag.kind == "choice":
        default = default[flag.schema["discriminator"]["propertyName"]]
    if flag.required and not flag.positional:
        parts.append("(required)")
    elif default not in (None, "", [], {}, False):
        unit = f" {flag.schema['unit']}" if "unit" in flag.schema else ""
        words = " ".join(map(_text, default)) if isinstance(default, list) else _text(default)
        parts.append(f"(default: {words}{unit})")
    return " ".join(filter(None, parts)).replace("%", "%%")


def _help_without(flag: Flag) -> str:
    """Of the flag that takes a default away."""
    title = str(flag.schema.get("title", flag.name))
    if flag.kind == "list":
        return f"No {title[:1].lower()}{title[1:]} at all, in place of the default."
    return f"{title}: {flag.schema.get('none', 'none')}, in place of the default."


_PATHS = {
    "model": "MODEL",
    "encoder": "MODEL",
    "collection": "DIR",
    "tokenizer": "TOKENIZER",
    "project": "DIR",
    "folder": "DIR",
}


def _metavar(flag: Flag) -> str:
    item = flag.schema.get("items", {}) if flag.kind == "list" else flag.schema
    place = flag.schema.get("input") or flag.schema.get("output")
    if place:
        return _PATHS.get(place, "FILE")
    if flag.kind == "choice" or _choices(flag):
        return "NAME"
    return {"integer": "N", "number": "X", "object": "JSON"}.get(item.get("type", ""), "TEXT")


def _choices(flag: Flag) -> tuple[str, ...]:
    return tuple(str(value) for value in flag.schema.get("enum", []))


def _either(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _parsed(flag: Flag, value: Any) -> Any:
    if flag.kind != "data" or not isinstance(value, str):
        return value
    options = [option.get("type") for option in flag.schema.get("anyOf", [])]
    try:
        return json.loads(value)
    except ValueError:
        if "string" in options:
            return value
        raise UserError(f"{flag.shown}: {value!r} is no JSON text.") from None


def _pair(flag: Flag, value: Any) -> list[str]:
    text = _text(value) if flag.kind != "data" or not isinstance(value, str) else json.dumps(value)
    return [f"--{flag.name}={text}"] if text.startswith("-") else [f"--{flag.name}", text]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _dashed(name: str) -> str:
    return name.replace("_", "-")
