"""The extension of tokenizers through its public door."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import tokenizers
from transformers import AutoTokenizer

from core.cli import main
from core.errors import Cancelled, UserError
from core.folders import resources_folder
from core.jobs.context import Context, Control
from core.tokenizers.extend.request import ExtendTokenizerRequest
from core.tokenizers.extend.run import extend
from core.tokenizers.open import open_tokenizer
from tests.core.tokenizers.extend.conftest import DOMAIN
from tests.core.tokenizers.files import added, bpe, tokenizer, write
from tests.real_tokenizers import real_tokenizer

Ask = Callable[..., ExtendTokenizerRequest]
KINDS = ["byte_level", "marked", "unigram"]


def assert_old_ids_kept(old: Path, new: str) -> tuple[int, int]:
    """By the library's own count; the two sizes."""
    before = tokenizers.Tokenizer.from_file(str(old / "tokenizer.json")).get_vocab()
    after = tokenizers.Tokenizer.from_file(str(Path(new) / "tokenizer.json")).get_vocab()
    assert before.items() <= after.items()
    assert sorted(after.values()) == list(range(len(after)))
    assert all(id >= len(before) for token, id in after.items() if token not in before)
    return len(before), len(after)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("learn", [False, True])
def test_that_every_old_id_keeps_its_token_and_domain_text_gets_shorter(
    kind: str, learn: bool, ask: Ask, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(kind)
    found = extend(ask(folder, **({"terms": [], "add": 30} if learn else {})))
    assert assert_old_ids_kept(folder, found.out) == (found.old_size, found.new_size)
    assert found.new_size - found.old_size == len(found.added) > 3
    assert [row.id for row in sorted(found.added, key=lambda row: row.id)] == list(
        range(found.old_size, found.new_size)
    )
    assert found.unreachable == 0
    held_out = next(row for row in found.texts if row.kind == "held out")
    assert held_out.tokens_after < held_out.tokens_before
    assert held_out.fertility_after < held_out.fertility_before


@pytest.mark.parametrize("kind", KINDS)
def test_that_terms_become_one_token_in_the_middle_of_a_text_and_at_the_start_of_a_line(
    kind: str, ask: Ask, request: pytest.FixtureRequest
) -> None:
    found = extend(ask(request.getfixturevalue(kind)))
    new = open_tokenizer(Path(found.out))
    contents = {row.token for row in found.added if not row.step}
    assert {" VoLTE", "VoLTE", " eNodeB", " gNB", "gNB", " MPLS"} <= contents
    assert " the" not in contents
    for text in (" VoLTE", "VoLTE", " eNodeB", " gNB", " MPLS"):
        assert len(new.pieces(text.encode())) == 1
    assert found.terms is not None
    assert (found.terms.terms, found.terms.in_text) == (6, 4)
    assert found.terms.single_before == 0
    assert found.terms.single_after == pytest.approx(4 / 6)
    assert found.terms.tokens_after < found.terms.tokens_before


@pytest.mark.parametrize("kind", KINDS)
def test_that_every_text_still_comes_back(kind: str, ask: Ask, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(kind)
    new = open_tokenizer(Path(extend(ask(folder)).out))
    for text in (DOMAIN, "VoLTEVoLTE x\n\n  y", "日本 🙂 eNodeB\t1", "<|end|></s><think>"):
        assert new.decode(new.encode(text).ids) == text
    assert new.encode(DOMAIN).spans[-1][1] == len(DOMAIN.encode())


@pytest.mark.parametrize("kind", KINDS)
def test_that_what_new_tokens_save_adds_up(kind: str, ask: Ask, request: pytest.FixtureRequest) -> None:
    found = extend(ask(request.getfixturevalue(kind), terms=[], add=25))
    learnt = next(row for row in found.texts if row.kind == "learnt")
    assert sum(row.saved for row in found.added) == learnt.tokens_before - learnt.tokens_after > 0
    assert [row.saved for row in found.added] == sorted((row.saved for row in found.added), reverse=True)


def test_that_learning_goes_on_as_plain_bpe_does(tmp_path: Path) -> None:
    """The case of the specification (KAT-5): low 5, lower 2, newest 6, widest 3; ties to the smaller ids."""
    letters = {
        letter: number for number, letter in enumerate(["e", "s", "t", "l", "o", "w", "n", "r", "i", "d"])
    }
    data = tokenizer(bpe(letters), pre_tokenizer={"type": "WhitespaceSplit"})
    write(tmp_path / "old" / "tokenizer.json", data)
    (tmp_path / "text.txt").write_text("low " * 5 + "lower " * 2 + "newest " * 6 + "widest " * 3)
    extend(
        tokenizer=tmp_path / "old",
        text=[tmp_path / "text.txt"],
        add=6,
        held_out_share=0,
        out=tmp_path / "new",
    )
    model = json.loads((tmp_path / "new" / "tokenizer.json").read_text("utf-8"))["model"]
    merges = ["e s", "es t", "l o", "lo w", "e w", "n ew"]
    assert model["merges"] == [merge.split() for merge in merges]


def test_that_learnt_merges_come_after_the_old_ones(byte_level: Path, ask: Ask) -> None:
    found = extend(ask(byte_level))
    old = json.loads((byte_level / "tokenizer.json").read_text("utf-8"))["model"]["merges"]
    new = json.loads((Path(found.out) / "tokenizer.json").read_text("utf-8"))["model"]["merges"]
    assert new[: len(old)] == old
    assert len(new) > len(old)


def test_that_text_without_the_domain_is_cut_as_before(byte_level: Path, ask: Ask, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("the novel that the other thought of\n")
    found = extend(ask(byte_level, general=[other]))
    row = next(row for row in found.texts if row.kind == "other")
    assert row.tokens_before == row.tokens_after
    text = other.read_text()
    assert open_tokenizer(byte_level).encode(text) == open_tokenizer(Path(found.out)).encode(text)


def test_that_the_files_beside_it_come_along_but_for_the_old_vocabulary(byte_level: Path, ask: Ask) -> None:
    found = extend(ask(byte_level))
    names = {file.name for file in Path(found.out).iterdir()}
    assert names == {"tokenizer.json", "tokenizer_config.json", "chat_template.jinja"}
    assert any("merges.txt" in warning for warning in found.warnings)
    assert open_tokenizer(Path(found.out)).vocabulary.role("eos") == found.old_size - 2


def test_that_transformers_reads_it_alike(byte_level: Path, ask: Ask) -> None:
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|end|>"}
    write(byte_level / "tokenizer_config.json", config)
    found = extend(ask(byte_level))
    theirs = AutoTokenizer.from_pretrained(found.out)
    assert len(theirs) == found.new_size
    assert theirs.encode("the VoLTE") == open_tokenizer(Path(found.out)).encode("the VoLTE").ids
    assert theirs.eos_token_id == found.old_size - 2


def test_that_the_configurations_list_of_added_tokens_grows(byte_level: Path, ask: Ask) -> None:
    listed = {str(id): entry for id, entry in ((262, added(262, "<|end|>")), (263, added(263, "<think>")))}
    write(byte_level / "tokenizer_config.json", {"added_tokens_decoder": listed, "eos_token": "<|end|>"})
    found = extend(ask(byte_level, how="added"))
    config = json.loads((Path(found.out) / "tokenizer_config.json").read_text("utf-8"))
    decoder = {int(id): entry["content"] for id, entry in config["added_tokens_decoder"].items()}
    assert decoder == {262: "<|end|>", 263: "<think>"} | {row.id: row.token for row in found.added}
    assert not open_tokenizer(Path(found.out)).notes


def test_that_whole_words_are_reached_where_merges_are_ignored(byte_level: Path, ask: Ask) -> None:
    file = byte_level / "tokenizer.json"
    data = json.loads(file.read_text("utf-8"))
    data["model"]["ignore_merges"] = True
    write(file, data)
    found = extend(ask(byte_level))
    assert found.unreachable == 0
    new = open_tokenizer(Path(found.out))
    ids = {row.token: row.id for row in found.added}
    assert new.pieces(b" VoLTE") == [ids[" VoLTE"]]
    assert new.pieces(b" VoLTEs") == [ids[" VoLTE"], *new.pieces(b"s")]


def test_that_words_with_an_end_mark_are_extended_as_well(tmp_path: Path, domain: Path) -> None:
    """As in CLIP: the last part of a word ends in </w>."""
    letters = sorted(set(DOMAIN) - set(" \n"))
    vocab = {letter: number for number, letter in enumerate(letters)}
    vocab |= {f"{letter}</w>": len(letters) + number for number, letter in enumerate(letters)}
    data = tokenizer(
        bpe(vocab, end_of_word_suffix="</w>"),
        pre_tokenizer={"type": "Whitespace"},
        decoder={"type": "BPEDecoder", "suffix": "</w>"},
    )
    write(tmp_path / "old" / "tokenizer.json", data)
    (tmp_path / "terms.txt").write_text("VoLTE\n")
    found = extend(
        tokenizer=tmp_path / "old", text=[domain], terms=[tmp_path / "terms.txt"], out=tmp_path / "new"
    )
    assert [row.token for row in found.added if not row.step] == ["VoLTE "]
    assert len(open_tokenizer(tmp_path / "new").encode("VoLTE").ids) == 1
    learnt = extend(tokenizer=tmp_path / "old", text=[domain], add=9, out=tmp_path / "learnt")
    assert learnt.unreachable == 0
    assert assert_old_ids_kept(tmp_path / "old", learnt.out)[0] == found.old_size


def test_that_merges_in_the_older_spelling_stay_in_it(byte_level: Path, ask: Ask) -> None:
    file = byte_level / "tokenizer.json"
    data = json.loads(file.read_text("utf-8"))
    data["model"]["merges"] = [" ".join(merge) for merge in data["model"]["merges"]]
    write(file, data)
    found = extend(ask(byte_level))
    model = json.loads((Path(found.out) / "tokenizer.json").read_text("utf-8"))["model"]
    assert all(isinstance(merge, str) for merge in model["merges"])
    assert len(open_tokenizer(Path(found.out)).pieces(b" VoLTE")) == 1


def test_that_terms_that_the_tokenizer_cuts_are_told_and_can_be_added_tokens(
    byte_level: Path, ask: Ask, domain: Path, tmp_path: Path
) -> None:
    domain.write_text(DOMAIN + "Voice over IP and voice over IP.\n\n" + DOMAIN)
    (tmp_path / "voice.txt").write_text("Voice over IP\n")
    with pytest.raises(UserError, match="nothing to add") as refused:
        extend(ask(byte_level, terms=[tmp_path / "voice.txt"], min_count=1, held_out_share=0))
    assert refused.value.field == "terms"
    found = extend(
        ask(byte_level, terms=[tmp_path / "voice.txt"], min_count=1, how="added", held_out_share=0)
    )
    assert {row.token for row in found.added} == {"Voice over IP", " voice over IP"}
    assert assert_old_ids_kept(byte_level, found.out)[0] == found.old_size


def test_that_word_pieces_take_added_tokens_only(shared_data: Path, ask: Ask) -> None:
    folder = shared_data / "tokenizers" / "minilm-wordpiece"
    with pytest.raises(UserError, match=r"WordPiece.*added tokens") as refused:
        extend(ask(folder))
    assert refused.value.field == "how"
    found = extend(ask(folder, how="added"))
    new = open_tokenizer(Path(found.out))
    assert {"volte", "enodeb", "gnb", "mpls"} == {row.token for row in found.added}
    assert len(new.encode("The VoLTE, the eNodeB").ids) == 5
    assert new.encode("volteric").ids == open_tokenizer(folder).encode("volteric").ids


def test_that_added_tokens_that_would_change_texts_are_refused(marked: Path, ask: Ask) -> None:
    with pytest.raises(UserError, match="give every text back") as refused:
        extend(ask(marked, how="added"))
    assert refused.value.field == "how"
    assert not (ask(marked).out or Path()).exists()


def test_that_an_old_token_that_could_not_stay_is_refused_by_name(byte_level: Path, ask: Ask) -> None:
    """Listed in a byte-level model, née would be read as the bytes 6E E9 65."""
    file = byte_level / "tokenizer.json"
    data = json.loads(file.read_text("utf-8"))
    data["added_tokens"].append(added(len(data["model"]["vocab"]) + 2, "née", special=False))
    write(file, data)
    with pytest.raises(UserError, match="'née', would not stay"):
        extend(ask(byte_level))
    assert assert_old_ids_kept(byte_level, extend(ask(byte_level, how="added")).out)


def test_that_ids_left_out_in_the_old_vocabulary_move_nothing(byte_level: Path, ask: Ask) -> None:
    file = byte_level / "tokenizer.json"
    data = json.loads(file.read_text("utf-8"))
    highest = max(data["model"]["vocab"].values())
    data["model"]["vocab"] |= {"<|end|>": highest + 5, "<think>": highest + 6}
    for entry in data["added_tokens"]:
        entry["id"] = data["model"]["vocab"][entry["content"]]
    write(file, data)
    for how in ("merges", "added"):
        found = extend(ask(byte_level, how=how, replace=True))
        after = tokenizers.Tokenizer.from_file(str(Path(found.out) / "tokenizer.json"))
        assert found.old_size == highest + 7
        assert (after.token_to_id("<|end|>"), after.token_to_id("<think>")) == (highest + 5, highest + 6)
        assert min(row.id for row in found.added) == highest + 7


def test_that_digits_stay_apart_where_they_are(marked: Path, ask: Ask, domain: Path, tmp_path: Path) -> None:
    domain.write_text("VoLTE, V.112 and V.112, the V.112.\n\n" * 20)
    (tmp_path / "terms.txt").write_text("V.112\nVoLTE\n")
    found = extend(ask(marked, terms=[tmp_path / "terms.txt"]))
    assert {row.token for row in found.added if not row.step} == {" VoLTE"}
    assert not any("11" in row.token for row in found.added)


def test_that_a_unigram_that_would_read_a_special_token_out_of_text_is_refused(
    unigram: Path, ask: Ask
) -> None:
    """Its list must take in the special token behind it; a text without other pieces would be cut into it."""
    file = unigram / "tokenizer.json"
    data = json.loads(file.read_text("utf-8"))
    data["added_tokens"][1]["content"] = "[ÆØ]"
    write(file, data)
    with pytest.raises(UserError, match=r"\[ÆØ\].*special token"):
        extend(ask(unigram))


def test_that_the_output_is_replaced_only_when_asked(byte_level: Path, ask: Ask) -> None:
    first = extend(ask(byte_level, add=3))
    with pytest.raises(UserError, match="not empty") as refused:
        extend(ask(byte_level))
    assert refused.value.field == "out"
    second = extend(ask(byte_level, replace=True))
    assert second.out == first.out
    assert open_tokenizer(Path(second.out)).vocabulary.size == second.new_size > first.new_size


def test_that_a_stop_leaves_nothing(byte_level: Path, ask: Ask, tmp_path: Path) -> None:
    control = Control()

    def stop(event: object) -> None:
        if getattr(event, "stage", "") == "Measuring":
            control.cancel()

    work = tmp_path / "work"
    with pytest.raises(Cancelled):
        extend(ask(byte_level), Context(workdir=work, control=control, send=stop))
    assert not list(tmp_path.glob("out*"))


def test_that_faults_in_glossaries_name_the_line(byte_level: Path, ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"term": "VoLTE"}\n{"name": "gNB"}\n')
    with pytest.raises(UserError, match="line 2") as refused:
        extend(ask(byte_level, terms=[tmp_path / "bad.jsonl"]))
    assert refused.value.field == "terms"
    (tmp_path / "empty.txt").write_text("\n")
    with pytest.raises(UserError, match="no terms"):
        extend(ask(byte_level, terms=[tmp_path / "empty.txt"]))


def test_that_a_telecom_glossary_shortens_telecom_text_and_leaves_prose_alone(
    shared_data: Path, tmp_path: Path
) -> None:
    """The T-VEC case (arXiv 2504.16460): a glossary on top of a general tokenizer."""
    glossary = shared_data / "glossary"
    starter = resources_folder() / "starter"
    found = extend(
        tokenizer=starter / "prose-bpe",
        text=[glossary / "foldoc-telecom.txt.gz"],
        terms=[glossary / "foldoc-telecom.jsonl.gz"],
        general=[starter / "texts" / "prose.txt"],
        out=tmp_path / "out",
    )
    assert assert_old_ids_kept(starter / "prose-bpe", found.out)[0] == 8_192
    rows = {row.kind: row for row in found.texts}
    assert rows["held out"].saved > 0.04
    assert rows["learnt"].saved > 0.06
    assert 0 <= rows["other"].saved < 0.01
    assert found.terms is not None
    assert found.terms.single_after > 2 * found.terms.single_before


def test_that_a_real_tokenizer_keeps_its_ids(shared_data: Path, tmp_path: Path) -> None:
    folder = real_tokenizer("claude")
    (tmp_path / "domain.txt").write_text(DOMAIN)
    found = extend(
        tokenizer=folder, text=[tmp_path / "domain.txt"], out=tmp_path / "out", add=10, held_out_share=0
    )
    assert assert_old_ids_kept(folder, found.out)[0] == found.old_size


def test_that_the_command_line_extends(
    byte_level: Path, ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    request = ask(byte_level)
    words = ["tokenizers", "extend", "--tokenizer", str(byte_level), "--text", str(request.text[0])]
    words += ["--terms", *map(str, request.terms), "--out", str(request.out), "--json"]
    assert main(words) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["old_ids_kept"]
    assert found["new_size"] > found["old_size"]


def test_that_an_empty_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    with pytest.raises(UserError, match="holds no text") as refused:
        extend(
            tokenizer=resources_folder() / "starter" / "prose-bpe",
            text=[tmp_path / "empty.txt"],
            out=tmp_path / "out",
        )
    assert refused.value.field == "text"
