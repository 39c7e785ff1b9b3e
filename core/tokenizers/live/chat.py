"""Chat templates: found beside a tokenizer, rendered in a sandbox with limits, and counted.

What is rendered as ``transformers``' ``apply_chat_template`` does it (v4 and v5): the same names, the same
handling of blocks, ``raise_exception``, ``strftime_now``, ``tojson`` and the ``generation`` tag.
"""

from __future__ import annotations

import ctypes
import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import UserError
from core.json_files import MOST_BYTES, read_bytes, read_json_object
from core.tokenizers.canonical import Kind
from core.tokenizers.config import CONFIG
from core.tokenizers.gguf_header import read_header
from core.tokenizers.live.request import AskChat
from core.tokenizers.live.result import Chat

if TYPE_CHECKING:
    from core.tokenizers.tokenizer import Tokenizer

RENDER_SECONDS = 3.0
"""That a template may take."""
MOST_TEXT = 1_000_000
"""Characters that it may give,"""
MOST_TEMPLATE = 1_000_000
"""and be itself."""
MOST_MEMORY = 512 * 2**20
"""Bytes that rendering may take, where the system can be told so (Linux)."""
DEFAULT = "default"
"""The name of a template that has none."""
_BEGIN, _END = "\ue0fe", "\ue0ff"
"""Put around what was said, in a second rendering that shows where it comes to lie."""
_LISTS = tuple(f"tokenizer.ggml.{name}" for name in ("tokens", "scores", "token_type", "merges"))
"""What a GGUF file has besides, and is long."""
_ROLES = ("bos", "eos", "unk", "sep", "pad", "cls", "mask")


class _RefusedError(Exception):
    """The template cannot be rendered; the sentence says why."""


class _TooLongError(BaseException):
    """Raised in the middle of a template that takes too long; no `except` in it catches this."""


# Where templates lie


def chat_templates(given: Path, file: Path) -> dict[str, str]:
    """Name → source of the chat templates of a tokenizer, the usual one first; empty where there is none.

    Args:
        given: the path by which the tokenizer is known, its folder maybe.
        file: the file that it was read from.

    Raises:
        UserError: a file beside the tokenizer cannot be read.
    """
    found: dict[str, str] = {}
    if file.suffix.lower() == ".gguf":
        found |= _of_gguf(file)
    folder = given if given.is_dir() else file.parent if _has_usual_name(file) else None
    if folder is not None:
        found |= _of_folder(folder)
    found = {name: source for name, source in found.items() if 0 < len(source) <= MOST_TEMPLATE}
    first = [name for name in (DEFAULT,) if name in found]
    return {name: found[name] for name in (*first, *(name for name in found if name not in first))}


def _has_usual_name(file: Path) -> bool:
    return file.stem in ("tokenizer", "vocab", "spiece", "tekken", "sentencepiece.bpe")


def _of_folder(folder: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in ("chat_template.json", CONFIG):
        if (folder / name).is_file():
            found |= _of_json(read_json_object(folder / name).get("chat_template"))
    files = [folder / "chat_template.jinja"]
    more = folder / "additional_chat_templates"
    if more.is_dir():
        files += sorted(more.glob("*.jinja"))[:50]
    for file in files:
        if file.is_file():
            name = DEFAULT if file.name == "chat_template.jinja" else file.stem
            found[name] = read_bytes(file, most_bytes=MOST_BYTES).decode(errors="replace")
    return found


def _of_json(value: object) -> dict[str, str]:
    """A string, or a list of names and templates."""
    if isinstance(value, str):
        return {DEFAULT: value}
    found = {}
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, dict):
            name, source = entry.get("name"), entry.get("template")
            if isinstance(name, str) and isinstance(source, str):
                found[name] = source
    return found


def _of_gguf(file: Path) -> dict[str, str]:
    prefix = "tokenizer.chat_template"
    found = {}
    for key, value in read_header(file, skip=_LISTS).items():
        if key.startswith(prefix) and isinstance(value, str):
            found[key.removeprefix(prefix).removeprefix(".") or DEFAULT] = value
    return found


# The answer


def render_chat(question: AskChat, tokenizer: Tokenizer, templates: Mapping[str, str]) -> Chat:
    """The chat as the model would read it, its tokens, and how many of them the template costs."""
    names = tuple(templates)
    if not templates:
        return Chat(
            problem="This tokenizer has no chat template: nothing says how a chat is laid out for it."
        )
    name = question.template if question.template in templates else names[0]
    source = templates[name]
    try:
        text, said = _rendered(source, question, _special_tokens(tokenizer))
        found = tokenizer.encode(text, specials=True)
    except _RefusedError as error:
        return Chat(template=source, names=names, problem=str(error))
    except UserError as error:
        return Chat(text=text, template=source, names=names, problem=error.message)
    begins = _character_of_byte(text)
    spans = [(begins[begin], begins[max(end - 1, begin)] + (end > begin)) for begin, end in found.spans]
    entries = tokenizer.vocabulary.entries
    special = [
        entry is not None and entry.kind is Kind.SPECIAL for entry in map(entries.__getitem__, found.ids)
    ]
    content = [_overlaps(span, said) and not mark for span, mark in zip(spans, special, strict=True)]
    return Chat(
        text=text,
        ids=tuple(found.ids),
        spans=tuple(spans),
        special=tuple(special),
        content=tuple(content),
        template_tokens=len(found.ids) - sum(content),
        content_tokens=sum(content),
        template=source,
        names=names,
    )


def _overlaps(span: tuple[int, int], ranges: Sequence[tuple[int, int]]) -> bool:
    return any(span[0] < end and begin < span[1] for begin, end in ranges)


def _character_of_byte(text: str) -> list[int]:
    """For each byte of the text's UTF-8, and for its end, which character it is of."""
    found: list[int] = []
    for number, character in enumerate(text):
        found += [number] * len(character.encode())
    return [*found, len(text)]


def _special_tokens(tokenizer: Tokenizer) -> dict[str, str]:
    """``bos_token`` and its like, as templates name them."""
    found = {}
    for role in _ROLES:
        id = tokenizer.vocabulary.role(role)
        token = tokenizer.vocabulary.entries[id] if id is not None else None
        if token is not None:
            found[f"{role}_token"] = token.content
    return found


# Rendering


def _rendered(
    source: str, question: AskChat, special_tokens: Mapping[str, str]
) -> tuple[str, list[tuple[int, int]]]:
    """The text, and which characters of it were said by someone."""

    def render(dress: Callable[[str], str]) -> str:
        messages = [{"role": role, "content": dress(text)} for role, text in question.messages]
        return _render(
            source,
            {
                **special_tokens,
                "messages": messages,
                "tools": None,
                "documents": None,
                "add_generation_prompt": question.reply_begun,
            },
        )

    text = render(str)
    try:
        marked = render(lambda said: f"{_BEGIN}{said}{_END}")
    except _RefusedError:
        marked = ""
    if marked.replace(_BEGIN, "").replace(_END, "") == text:
        return text, list(_between_marks(marked))
    return text, list(_one_after_the_other(text, [said for _, said in question.messages]))


def _between_marks(marked: str) -> Iterator[tuple[int, int]]:
    """Places in the text without the marks."""
    at, begin = 0, -1
    for character in marked:
        if character == _BEGIN:
            begin = at
        elif character == _END:
            if begin >= 0:
                yield begin, at
            begin = -1
        else:
            at += 1


def _one_after_the_other(text: str, said: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where a template changes what was said (takes spaces off its ends), it is looked for."""
    at = 0
    for words in (part.strip() for part in said):
        begin = text.find(words, at) if words else -1
        if begin >= 0:
            at = begin + len(words)
            yield begin, at


def _render(source: str, names: Mapping[str, Any]) -> str:
    import jinja2

    try:
        with _time_limit(RENDER_SECONDS), _memory_limit(MOST_MEMORY):
            parts, length = [], 0
            for part in _environment().from_string(source).generate(**names):
                parts.append(part)
                length += len(part)
                if length > MOST_TEXT:
                    raise _RefusedError(
                        f"The template gives more than {MOST_TEXT:,} characters; it was stopped."
                    )
            return "".join(parts)
    except _TooLongError:
        raise _RefusedError(
            f"The template took longer than {RENDER_SECONDS:.0f} s and was stopped."
        ) from None
    except jinja2.TemplateSyntaxError as error:
        raise _RefusedError(
            f"The template is no valid Jinja: {_short(error.message)} (line {error.lineno})."
        ) from None
    except (MemoryError, OverflowError):
        raise _RefusedError("The template takes too much memory and was stopped.") from None
    except RecursionError:
        raise _RefusedError("The template is nested too deeply.") from None
    except _RefusedError:
        raise
    except Exception as error:  # noqa: BLE001 - a template may raise whatever Python can
        raise _RefusedError(f"The template refuses this chat: {_short(str(error))}.") from None


def _short(words: str | None) -> str:
    return " ".join((words or "it does not say why").split()).rstrip(".")[:300]


def _environment() -> Any:
    from jinja2 import ext, nodes
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Generation(ext.Extension):
        """``{% generation %}`` marks what the model says; here it only stands around it."""

        tags = {"generation"}

        def parse(self, parser: Any) -> Any:
            line = next(parser.stream).lineno
            body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
            return nodes.Scope(body, lineno=line)

    class Environment(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset({"*", "**", "%"})

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            if operator == "%" and isinstance(left, str | bytes):
                raise _RefusedError("The template formats text with %, which is not allowed here.")
            if operator == "**" and isinstance(right, int) and abs(right) > 64:
                raise MemoryError
            if operator == "*":
                for one, other in ((left, right), (right, left)):
                    repeated = isinstance(one, str | bytes | list | tuple) and isinstance(other, int)
                    if repeated and len(one) * max(other, 0) > MOST_TEXT:
                        raise MemoryError
            return super().call_binop(context, operator, left, right)

    def raise_exception(message: str) -> None:
        raise _RefusedError(f"The template refuses this chat: {_short(str(message))}.")

    def tojson(value: Any, ensure_ascii: bool = False, indent: int | None = None, **more: Any) -> str:
        return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, **more)

    made = Environment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, ext.loopcontrols])
    made.filters["tojson"] = tojson
    made.globals["raise_exception"] = raise_exception
    made.globals["strftime_now"] = lambda form: datetime.now().astimezone().strftime(form)
    return made


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raises `_TooLongError` in this thread, which runs nothing but Python, when the time is over."""
    thread = threading.get_ident()
    lock, over = threading.Lock(), False

    def stop() -> None:
        with lock:
            if not over:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(thread), ctypes.py_object(_TooLongError)
                )

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with lock:
            over = True
        timer.cancel()


@contextmanager
def _memory_limit(more: int) -> Iterator[None]:
    """`MemoryError` in place of a machine that swaps."""
    if sys.platform != "linux":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + more
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
