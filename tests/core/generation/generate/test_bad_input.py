"""Whatever cannot be done is said in a sentence beside its field."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import ValidationError

from core.cli import main
from core.errors import UserError
from core.generation.decoding.draw import chance
from core.generation.decoding.text import Text
from core.generation.decoding.writing import Decoding, Writing
from core.generation.generate.preview import preview
from core.generation.generate.request import GenerateRequest
from core.generation.generate.run import generate
from core.generation.strategies.greedy import Greedy
from core.generation.strategies.sample import Sample
from core.tokenizers.shown import Labels
from tests.core.generation.starters import context, starter
from tests.core.generation.strategies.written import written
from tests.core.generation.table_model import TableModel, toy_bpe
from tests.tiny_models import write_tiny_model

BPE = starter("prose-bpe")


def refused(folder: Path, **fields: Any) -> tuple[str | None, str]:
    """The field and the sentence; before the run the same field, where it is found out then."""
    request = GenerateRequest(**{"models": [BPE], "max_bytes": 20, **fields})
    with pytest.raises(UserError) as error:
        generate(request, context(folder))
    return error.value.field, error.value.message


def foreseen(**fields: Any) -> list[str | None]:
    return [problem.field for problem in preview(GenerateRequest(**{"models": [BPE], **fields})).problems]


def test_that_a_prompt_longer_than_the_context_is_refused(tmp_path: Path) -> None:
    field, message = refused(tmp_path, prompt="word " * 200)
    assert field == "prompt"
    assert "202 tokens long for prose-bpe, which reads 128 at most" in message
    assert foreseen(prompt="word " * 200) == ["prompt"]


def test_that_nothing_to_go_on_from_is_refused(tmp_path: Path) -> None:
    model = write_tiny_model(tmp_path / "tiny")
    data = json.loads((model / "tokenizer.json").read_text(encoding="utf-8"))
    data["added_tokens"] = []
    (model / "tokenizer.json").write_text(json.dumps(data), encoding="utf-8")
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        (model / name).unlink(missing_ok=True)
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    config.update(bos_token_id=None, eos_token_id=None)
    (model / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert foreseen(models=[model]) == ["prompt"]
    field, message = refused(tmp_path, models=[model])
    assert field == "prompt"
    assert "needs a prompt" in message


def test_that_a_missing_chat_template_is_refused(tmp_path: Path) -> None:
    field, message = refused(tmp_path, prompt="Hello", chat=True)
    assert field == "chat"
    assert "no chat template" in message
    assert foreseen(prompt="Hello", chat=True) == ["chat"]


def test_that_a_chat_is_laid_out_by_the_template(tmp_path: Path) -> None:
    model = tmp_path / "chatty"
    shutil.copytree(BPE, model)
    template = "{% for m in messages %}<|endoftext|>{{ m.role }}: {{ m.content }}\n{% endfor %}bot:"
    (model / "chat_template.jinja").write_text(template, encoding="utf-8")
    request = GenerateRequest(
        models=[model], prompt="Where is <|endoftext|>?", system="Be brief.", chat=True, max_bytes=12
    )
    (transcript,) = generate(request, context(tmp_path)).transcripts
    assert transcript.prefix[0] == 0
    assert transcript.prefix.count(0) >= 2
    assert transcript.bytes >= 12


def test_that_a_file_of_prompts_is_read_or_refused_by_line(tmp_path: Path) -> None:
    file = tmp_path / "p.jsonl"
    file.write_text('{"prompt": "One"}\n\n{"prompt": "Two\\nlines"}\n', encoding="utf-8")
    request = GenerateRequest(models=[BPE], prompts=file, max_bytes=4)
    assert generate(request, context(tmp_path)).prompts == ["One", "Two\nlines"]
    for line, words in (
        ('{"prompt": 3}', "no text under “prompt”"),
        ("One", "no JSON"),
        ('{"prompt": "\\ud800"}', "half a character"),
    ):
        file.write_text('{"prompt": "One"}\n' + line, encoding="utf-8")
        field, message = refused(tmp_path, prompts=file)
        assert field == "prompts"
        assert "line 2" in message
        assert words in message
    file.write_bytes(b"caf\xe9")
    assert refused(tmp_path, prompts=file)[1].endswith("is not UTF-8 text: byte 3 is 0xE9. Convert it first.")
    assert foreseen(prompts=file) == ["prompts"]


def test_that_bytes_that_are_no_text_are_refused_on_the_command_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    prompt = b"caf\xe9".decode(errors="surrogateescape")
    assert main(["generate", "--model", str(BPE), "--prompt", prompt]) == 2
    assert "--prompt: the text is not UTF-8" in capsys.readouterr().err


def test_that_first_tokens_must_fit(tmp_path: Path) -> None:
    field, message = refused(tmp_path, prompt="It was", forced=["99999"])
    assert (field, "only 8,192 tokens" in message) == ("forced", True)
    field, message = refused(tmp_path, prompt="It was", forced=["0 5 | 7"])
    assert (field, "does not read “It was” in these tokens" in message) == ("forced", True)
    assert refused(tmp_path, forced=["1", "2"])[0] == "forced"
    with pytest.raises(ValidationError, match="no list of token numbers"):
        GenerateRequest(models=[BPE], forced=["one"])


def test_that_an_empty_stop_string_is_refused() -> None:
    with pytest.raises(ValidationError, match="everywhere"):
        GenerateRequest(models=[BPE], stop=[""])


def test_that_a_bias_of_no_token_is_refused(tmp_path: Path) -> None:
    field, message = refused(tmp_path, prompt="It", samplers=["logit-bias of=antidisestablishment"])
    assert (field, "is no token" in message) == ("samplers", True)


def test_that_samplers_that_leave_nothing_are_told(tmp_path: Path) -> None:
    tokenizer = toy_bpe(tmp_path / "toy", "ab", [])
    model = TableModel(tokenizer, lambda ids: {0: 0.5, 1: 0.5})
    from core.generation.samplers.no_repeat import NoRepeat

    for strategy in (Greedy(), Sample()):
        with pytest.raises(UserError, match="leave no token"):
            written(strategy, model, [[0, 1]], tmp_path, samplers=[NoRepeat(n=1)])


def test_that_a_model_without_numbers_is_told(tmp_path: Path) -> None:
    tokenizer = toy_bpe(tmp_path / "toy", "ab", [])
    model = TableModel(tokenizer, lambda ids: {0: 0.5, 1: float("nan") if len(ids) > 3 else 0.5})
    with pytest.raises(UserError, match=r"table gives no numbers \(NaN\)"):
        written(Greedy(), model, [[0]], tmp_path)


def test_that_an_output_that_cannot_be_written_is_refused_before_anything_runs(tmp_path: Path) -> None:
    assert refused(tmp_path, prompt="It", out=tmp_path)[0] == "out"
    assert refused(tmp_path, prompt="It", out=tmp_path / "none" / "a.jsonl")[0] == "out"


def test_that_half_characters_and_byte_tokens_stream_whole(tmp_path: Path) -> None:
    """A story of emoji, CJK and right-to-left text, forced token by token, comes out as it went in."""
    story = "🙂👩‍👩‍👧 世界 שלום مرحبا ça naïve"
    from tests.core.generation.starters import STARTERS, opened

    for name in STARTERS:
        language = opened(name, tmp_path)
        ids = language.tokenizer.encode(story).ids
        decoding = Decoding(context(tmp_path), alternatives=1, max_tokens=len(ids))
        space = b" " if language.puts_space else b""
        writing = Writing(
            language,
            Labels(language.tokenizer.vocabulary),
            language.begin,
            text=Text(skip=space),
            decoding=decoding,
            random=chance(0, 0, 0),
        )
        told = ""
        records = []
        for id in ids:
            writing.add(id, None)
            some, text = writing.fresh()
            told += text
            records += some
            assert "\ufffd" not in text
            assert all(record.end <= len(told.encode()) for record in some)
        assert told == story == language.tokenizer.decode(ids)
        assert [record.id for record in records] == ids
        assert torch.tensor([record.end for record in records]).diff().min() >= 0
