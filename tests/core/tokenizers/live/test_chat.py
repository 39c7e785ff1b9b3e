from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from core.tokenizers.live import chat
from core.tokenizers.live.answers import Answers
from core.tokenizers.live.request import AskChat, AskNote
from core.tokenizers.live.result import Chat, Note

CHAT = (("user", "the end"), ("assistant", "the the"))
PLAIN = "{{ bos_token }}{% for m in messages %}<turn>{{ m.role }}\n{{ m.content }}<eos>{% endfor %}"


def template(folder: Path, source: Any) -> Path:
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": source}), encoding="utf-8")
    return folder


def rendered(desk: Answers, path: Path, *messages: tuple[str, str], **asked: Any) -> Chat:
    found = desk.answer(AskChat(path, messages or CHAT, **asked))
    assert isinstance(found, Chat)
    return found


def test_that_a_chat_is_rendered_and_what_the_template_adds_is_counted_apart(
    desk: Answers, letters: Path
) -> None:
    found = rendered(desk, template(letters, PLAIN))
    assert found.text == "<bos><turn>user\nthe end<eos><turn>assistant\nthe the<eos>"
    assert [found.text[begin:end] for begin, end in found.spans if begin < 6] == ["<bos>", "<turn>"[:6]]
    assert sum(found.special) == 5
    assert found.content_tokens == len(["the", " ", "e", "n", "d", "the", " the"])
    assert found.template_tokens == len(found.ids) - 7
    assert "".join(found.text[begin:end] for begin, end in found.spans) == found.text
    assert found.problem == ""


def test_that_content_that_the_template_uses_itself_is_told_from_the_template(
    desk: Answers, letters: Path
) -> None:
    found = rendered(desk, template(letters, PLAIN), ("user", "user"))
    assert found.content_tokens == 4
    trimmed = PLAIN.replace("m.content", "m.content | trim")
    assert rendered(desk, template(letters, trimmed), ("user", "  end ")).content_tokens == 3


def test_that_the_reply_is_begun_when_asked_for(desk: Answers, letters: Path) -> None:
    source = PLAIN + "{% if add_generation_prompt %}<turn>assistant\n{% endif %}"
    begun, over = (rendered(desk, template(letters, source), reply_begun=on) for on in (True, False))
    assert begun.text == over.text + "<turn>assistant\n"


def test_that_templates_are_found_in_every_place(desk: Answers, letters: Path) -> None:
    assert "no chat template" in rendered(desk, letters).problem
    template(letters, [{"name": "tool_use", "template": "tools"}, {"name": "default", "template": "usual"}])
    assert rendered(desk, letters).text == "usual"
    assert rendered(desk, letters, template="tool_use").text == "tools"
    (letters / "chat_template.jinja").write_text("of its own")
    (letters / "additional_chat_templates").mkdir()
    (letters / "additional_chat_templates" / "rag.jinja").write_text("found")
    found = rendered(desk, letters, template="rag")
    assert (found.text, found.names) == ("found", ("default", "tool_use", "rag"))
    assert rendered(desk, letters).text == "of its own"
    note = desk.answer(AskNote(letters))
    assert isinstance(note, Note)
    assert note.chat_templates == ("default", "tool_use", "rag")


def test_that_blocks_loops_json_and_dates_are_as_templates_expect(desk: Answers, letters: Path) -> None:
    source = (
        "{% for m in messages %}\n    {% if m.role == 'assistant' %}{% break %}{% endif %}\n"
        "{% generation %}{{ m | tojson }}{% endgeneration %}{% endfor %}\n{{ strftime_now('%Y') | length }}"
    )
    found = rendered(desk, template(letters, source), ("user", "é"), ("assistant", "no"))
    assert found.text == '{"role": "user", "content": "é"}4'


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{% for m in messages %}", "no valid Jinja"),
        ("{{ raise_exception('System role not supported') }}", "System role not supported"),
        ("{{ nothing.there.at_all }}", "refuses this chat"),
        ("{{ messages.__class__.__mro__ }}", "refuses this chat"),
        ("{{ 'a' * 1000000000 }}", "too much memory"),
        ("{{ 10 ** 100000000 }}", "too much memory"),
        ("{{ '%1000000000d' % 1 }}", "not allowed"),
        ("{% for i in range(99999) %}{{ 'a' * 999 }}{% endfor %}", "more than 1,000,000 characters"),
        ("{% include '/etc/passwd' %}", "refuses this chat"),
    ],
)
def test_that_a_bad_template_is_a_sentence(desk: Answers, letters: Path, source: str, words: str) -> None:
    found = rendered(desk, template(letters, source))
    assert words in found.problem
    assert (found.text, found.template) == ("", source)


def test_that_a_template_that_goes_on_for_ever_is_stopped(
    desk: Answers, letters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "RENDER_SECONDS", 0.3)
    loops = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
    assert "took longer" in rendered(desk, template(letters, loops)).problem
    assert rendered(desk, template(letters, PLAIN)).problem == ""


@pytest.mark.skipif("sys.platform != 'linux'", reason="memory is limited on Linux only")
def test_that_a_template_that_fills_the_memory_is_stopped(
    desk: Answers, letters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "MOST_MEMORY", 64 * 2**20)
    doubled = (
        "{% set n = namespace(x='aaaaaaaa') %}{% for i in range(40) %}{% set n.x = n.x ~ n.x %}{% endfor %}"
    )
    assert "too much memory" in rendered(desk, template(letters, doubled)).problem


def test_that_the_template_of_a_gguf_file_is_in_its_header(
    desk: Answers, tmp_path: Path, shared_data: Path
) -> None:
    data = (shared_data / "gguf" / "ggml-vocab-gpt-2.gguf").read_bytes()
    (keys,) = struct.unpack_from("<Q", data, 16)
    source = "{% for m in messages %}[{{ m.content }}]{% endfor %}"
    added = b""
    for key, value in {"tokenizer.chat_template": source, "tokenizer.chat_template.tools": "t"}.items():
        added += struct.pack("<Q", len(key)) + key.encode() + struct.pack("<I", 8)
        added += struct.pack("<Q", len(value)) + value.encode()
    file = tmp_path / "gpt2.gguf"
    file.write_bytes(data[:16] + struct.pack("<Q", keys + 2) + added + data[24:])
    found = rendered(desk, file, ("user", "the end"))
    assert (found.text, found.names, found.problem) == ("[the end]", ("default", "tools"), "")
    assert (found.content_tokens, found.template_tokens) == (2, 2)
