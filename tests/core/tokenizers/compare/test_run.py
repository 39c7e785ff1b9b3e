"""The comparison as a whole: known answers, and what it tells."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from core.errors import Cancelled, UserError
from core.folders import resources_folder
from core.jobs.context import Context, Control
from core.tokenizers.canonical import CHARACTER_OF
from core.tokenizers.compare.request import CompareTokenizersRequest
from core.tokenizers.compare.result import ALL, CompareRow, CompareTokenizersResult
from core.tokenizers.compare.run import compare_tokenizers
from core.tokenizers.open import open_tokenizer
from tests.core.tokenizers.compare.measured import byte_level, word_piece
from tests.core.tokenizers.files import BYTE_LEVEL, bpe, tokenizer, write
from tests.real_tokenizers import real_tokenizer

STARTERS = [resources_folder() / "starter" / name for name in ("prose-bpe", "prose-unigram")]

KNOWN = {
    "deu": (1.703, 1.569, 1.228, 1.555), "fra": (1.544, 1.503, 1.282, 1.491),
    "rus": (3.991, 2.436, 1.345, 1.809), "arb": (2.554, 2.489, 1.152, 2.830),
    "hin": (5.369, 5.186, 1.573, 4.895), "tha": (5.258, 4.141, 1.862, 3.838),
    "mya": (12.373, 14.060, 3.973, 9.626), "khm": (8.750, 7.972, 3.061, 5.304),
    "cmn_hans": (2.071, 1.678, 1.178, 1.437), "jpn": (2.265, 2.300, 1.724, 2.022),
    "kor": (3.185, 2.194, 1.309, 2.092), "amh": (4.734, 7.406, 5.052, 5.668),
}  # fmt: skip
"""Parity to English of r50k, cl100k, o200k and Mistral v1, each file encoded whole."""


def compared(tokenizers: list[Path], text: list[Path], **options: Any) -> CompareTokenizersResult:
    return compare_tokenizers(tokenizers=tokenizers, text=text, **{"throughput": False, **options})


def row(result: CompareTokenizersResult, tokenizer: str, text: str = ALL) -> CompareRow:
    return next(row for row in result.rows if (row.tokenizer, row.text) == (tokenizer, text))


def written(folder: Path, **texts: str) -> list[Path]:
    files = [folder / f"{name}.txt" for name in texts]
    for file, text in zip(files, texts.values(), strict=True):
        file.write_text(text, encoding="utf-8", newline="")
    return files


def assert_parity_is_known(
    shared_data: Path, path: Path, column: int, english: int, name: str | None = None
) -> None:
    texts = [shared_data / "multilingual" / "udhr" / f"{code}.txt" for code in ("eng", *KNOWN)]
    found = compared([path], texts, documents="file", resamples=0)
    name = found.tokenizers[0].name
    assert row(found, name, "eng").tokens == english
    for code, parities in KNOWN.items():
        assert row(found, name, code).parity == pytest.approx(parities[column], abs=5.1e-4), code


@pytest.mark.parametrize(
    ("name", "column", "english"),
    [("gpt2-tiktoken", 0, 3627), ("mistral-v1-sentencepiece", 3, 2542)],
)
def test_that_parity_over_the_declaration_of_human_rights_is_the_known_one(
    shared_data: Path, name: str, column: int, english: int
) -> None:
    assert_parity_is_known(shared_data, shared_data / "tokenizers" / name, column, english)


@pytest.mark.parametrize(
    ("name", "column", "english"), [("cl100k_base.tiktoken", 1, 2207), ("o200k_base.tiktoken", 2, 2209)]
)
def test_that_parity_is_the_known_one_for_the_named_encodings(
    shared_data: Path, name: str, column: int, english: int
) -> None:
    assert_parity_is_known(shared_data, real_tokenizer(name), column, english)


def test_that_bytes_and_characters_are_the_known_ones(tmp_path: Path) -> None:
    found = row(compared([byte_level(tmp_path).path], written(tmp_path, one="né 日本")), "byte-level")
    assert (found.tokens, found.bytes, found.characters) == (10, 10, 5)
    figures = {key: figure.value for key, figure in found.figures.items()}
    assert figures["bytes_per_token"] == 1
    assert figures["characters_per_token"] == 0.5
    assert figures["split_characters"] == pytest.approx(3 / 5)


def test_that_renyi_efficiency_and_percentile_frequency_are_the_known_ones(tmp_path: Path) -> None:
    # counts 3, 2, 1, 1
    file = written(tmp_path, one="aabcaba"[:6] + "d")
    found = compared([byte_level(tmp_path).path], file)
    figures = row(found, "byte-level").figures
    assert figures["renyi_efficiency"].value == pytest.approx(0.8265064834, abs=1e-9)
    assert figures["shannon_efficiency"].value == pytest.approx(0.9211854966, abs=1e-9)
    other = compared([byte_level(tmp_path).path], file, alpha=3)
    assert row(other, "byte-level").renyi_efficiency == pytest.approx(0.8031528501, abs=1e-9)


def test_that_boundary_agreement_is_the_known_one(tmp_path: Path) -> None:
    text = written(tmp_path, one="unbelievable times")
    paths = []
    for name, merges in {
        "a": ["u n", "l i", "b e", "be li", "beli e", "belie v", "a b", "l e", "ab le"],
        "b": ["u n", "un b", "unb e", "unbe l", "i e", "ie v", "a b", "l e", "ab le"],
    }.items():
        merges += ["t i", "ti m", "tim e", "time s", *(["Ġ times"] if name == "a" else [])]
        contents = [*CHARACTER_OF.values(), *(merge.replace(" ", "") for merge in merges)]
        vocab = {content: id for id, content in enumerate(contents)}
        data = tokenizer(bpe(vocab, *merges), pre_tokenizer=BYTE_LEVEL, decoder=BYTE_LEVEL)
        paths.append(write(tmp_path / name / "tokenizer.json", data))
    [pair] = [pair for pair in compared(paths, text).pairs if pair.text == ALL]
    # A = un|believ|able| times, B = unbel|iev|able| |times: boundaries 2, 8, 12 and 5, 8, 12, 13
    figures = {key: figure.value for key, figure in pair.figures.items()}
    assert figures["boundary_f1"] == pytest.approx(0.5714285714)
    assert figures["boundary_jaccard"] == pytest.approx(0.4)
    assert figures["boundary_precision"] == pytest.approx(2 / 4)
    assert figures["boundary_recall"] == pytest.approx(2 / 3)
    assert figures["span_f1"] == pytest.approx(0.2222222222)


def test_that_a_text_twice_as_long_has_parity_two_and_the_first_tokenizer_length_one(tmp_path: Path) -> None:
    texts = written(tmp_path, eng="a b c\n", xyz="a b c\na b c\n")
    found = compared([byte_level(tmp_path, "a b").path, STARTERS[0]], texts, documents="lines")
    assert found.pivot == "eng"
    one = row(found, "byte-level", "xyz")
    assert one.parity == 2
    assert row(found, "byte-level", "eng").parity == 1
    assert row(found, "byte-level").parity is None
    assert one.figures["normalised_length"].value == 1
    other = row(found, "prose-bpe", "xyz")
    assert other.figures["normalised_length"].value == other.tokens / one.tokens


def test_that_shuffling_the_documents_changes_no_rank_order(shared_data: Path, tmp_path: Path) -> None:
    text = (shared_data / "multilingual" / "udhr" / "deu.txt").read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    shuffled = lines.copy()
    random.Random(3).shuffle(shuffled)
    paths = [
        *STARTERS,
        *(shared_data / "tokenizers" / name for name in ("gpt2-tiktoken", "mistral-v1-sentencepiece")),
    ]
    one, other = (
        compared(paths, written(tmp_path, **{name: "".join(some)}), documents="lines", resamples=0)
        for name, some in (("one", lines), ("other", shuffled))
    )
    for key in one.rows[0].figures:
        ranks = []
        for found in (one, other):
            rows = [row for row in found.rows if row.text == ALL]
            ranks.append(sorted(range(len(rows)), key=lambda at: rows[at].figures[key].value))
        assert ranks[0] == ranks[1], key


def test_that_intervals_hold_the_figure_and_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    words = random.Random(1)
    lines = [" ".join(words.choices(["low", "lower", "newest", "widest"], k=9)) + "\n" for _ in range(60)]
    text = written(tmp_path, one="".join(lines))
    one, same, other = (
        compared(STARTERS, text, documents="lines", seed=seed, resamples=200) for seed in (0, 0, 1)
    )
    assert one.rows == same.rows
    assert one.rows != other.rows
    figure = row(one, "prose-bpe").figures["bytes_per_token"]
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < figure.value < figure.high
    assert "Intervals: 95 %, by bootstrap over lines." in one.detail


def test_that_words_are_not_counted_where_they_cannot_be_told(shared_data: Path) -> None:
    folder = shared_data / "multilingual" / "udhr"
    texts = [folder / f"{name}.txt" for name in ("eng", "jpn", "tha")]
    found = compared([STARTERS[0]], texts, resamples=0)
    assert [row.words is None for row in found.rows] == [False, True, True, False]
    assert row(found, "prose-bpe", "jpn").fertility is None
    assert row(found, "prose-bpe").fertility == row(found, "prose-bpe", "eng").fertility
    by_spaces = compared([STARTERS[0]], texts, resamples=0, words="spaces")
    assert row(by_spaces, "prose-bpe", "jpn").words is not None


def test_that_losses_are_counted_and_the_first_one_explained(tmp_path: Path) -> None:
    text = written(tmp_path, one="one two\nTwo one\n")
    found = compared([word_piece(tmp_path, "one", "two").path], text, documents="lines")
    assert row(found, "word-piece").round_trip_losses == 2
    [loss] = found.losses
    assert (loss.document, loss.before, loss.after, loss.why) == (1, "one two\n", "one two", "white space")


def test_that_bytes_that_are_no_text_are_counted_and_warned_of(tmp_path: Path) -> None:
    file = tmp_path / "broken.txt"
    file.write_bytes(b"caf\xe9 au lait\n")
    found = compared([STARTERS[0]], [file])
    assert found.texts[0].replaced == 1
    assert found.warnings == [f"{file} is not all UTF-8: 1 byte of it were read as U+FFFD (�)."]


def test_that_tokenizers_have_short_names_that_differ(tmp_path: Path, shared_data: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name / "same").mkdir(parents=True)
        (tmp_path / name / "same" / "tokenizer.json").write_bytes(
            (STARTERS[0] / "tokenizer.json").read_bytes()
        )
    paths = [tmp_path / "a" / "same", tmp_path / "b" / "same" / "tokenizer.json"]
    paths += [shared_data / "tokenizers" / "gpt2-tiktoken" / "gpt2.tiktoken"]
    found = compared(paths, written(tmp_path, one="a"))
    names = [tokenizer.name for tokenizer in found.tokenizers]
    assert len(set(names)) == 3
    assert names[2] == "gpt2"
    assert all("same" in name for name in names[:2])


def test_that_the_sentence_ranks_by_tokens_and_leaves_out_who_knows_little(
    tmp_path: Path, shared_data: Path
) -> None:
    folder = shared_data / "multilingual" / "udhr"
    paths = [shared_data / "tokenizers" / name for name in ("gpt2-tiktoken", "mistral-v1-sentencepiece")]
    paths += [shared_data / "tokenizers" / "minilm-wordpiece"]
    found = compared(paths, [folder / "eng.txt", folder / "hin.txt", folder / "tha.txt"], resamples=0)
    assert found.sentence.startswith("On your 3 texts, mistral-v1-sentencepiece needs ")
    assert found.sentence.endswith(" % fewer tokens than gpt2-tiktoken.")
    assert "minilm-wordpiece is left out of this" in found.detail
    assert "the gap is widest in" in found.detail
    alone = compared([STARTERS[0]], written(tmp_path, one="Once upon a time"), resamples=0)
    assert alone.sentence.startswith("On one, prose-bpe needs ")
    assert found.summary() == found.sentence


def test_that_curves_pairs_and_measures_are_told(tmp_path: Path) -> None:
    texts = written(tmp_path, one="def f(x):\n    return 12 * x\n", two="Once upon a time, 1234.\n")
    found = compared(STARTERS, texts, price=2.5, throughput=True)
    keys = {curve.key for curve in found.curves if curve.tokenizer == "prose-bpe"}
    assert keys == {"zipf", "utilisation", "token_bytes", "renyi", "digits", "indent"}
    assert all(len(curve.x) == len(curve.y) for curve in found.curves)
    assert {pair.text for pair in found.pairs} == {"one", "two", ALL, ""}
    kinds = {measure.key: measure.of for measure in found.measures}
    assert (kinds["fertility"], kinds["throughput"], kinds["boundary_f1"]) == ("text", "tokenizer", "pair")
    for line in found.rows:
        assert line.figures["cost"].value == pytest.approx(line.tokens * 2.5e-6)
        assert set(line.figures) <= {key for key, of in kinds.items() if of == "text"}
    for pair in found.pairs:
        assert set(pair.figures) <= {key for key, of in kinds.items() if of == "pair"}
    for one in found.tokenizers:
        assert one.figures["throughput"].value > 0
        assert set(one.figures) <= {key for key, of in kinds.items() if of == "tokenizer"}
        assert one.exact_cuts
    assert CompareTokenizersResult.model_validate_json(found.model_dump_json()) == found


def test_that_a_tokenizer_with_its_own_way_of_cutting_sees_whole_documents(tmp_path: Path) -> None:
    merges = ["a Ġ", "aĠ b"]
    contents = [*CHARACTER_OF.values(), "aĠ", "aĠb"]
    own = {"type": "Split", "pattern": {"Regex": "[^\n]+|\n"}, "behavior": "Isolated", "invert": False}
    data = tokenizer(
        bpe({content: id for id, content in enumerate(contents)}, *merges),
        pre_tokenizer={
            "type": "Sequence",
            "pretokenizers": [own, {**BYTE_LEVEL, "use_regex": False}],
        },
        decoder=BYTE_LEVEL,
    )
    path = write(tmp_path / "own" / "tokenizer.json", data)
    text = written(tmp_path, one="a b a b\nb a b\n\nx a b")
    found = compared([path, STARTERS[0]], text)
    assert [one.exact_cuts for one in found.tokenizers] == [False, True]
    library = open_tokenizer(path)
    assert row(found, "own").tokens == sum(map(len, library.ids(["a b a b\nb a b\n\n", "x a b"])))
    assert row(found, "own").tokens < row(found, "own").bytes - 6
    assert next(pair for pair in found.pairs if pair.text == ALL).figures["boundary_f1"].value < 1
    assert len(found.warnings) == 1
    assert "encodes whole documents" in found.warnings[0]


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"pivot": "xyz"}, "pivot", "There is no text xyz to be the pivot; there are one."),
        ({"tokenizers": [STARTERS[0], STARTERS[0]]}, "tokenizers", "is there twice"),
        ({"text": [Path("/none/such.txt")]}, "text", "/none/such.txt"),
        ({"tokenizers": [Path("/none/such")]}, "tokenizers", "/none/such"),
    ],
)
def test_that_bad_input_is_refused_in_a_sentence(
    tmp_path: Path, change: dict[str, Any], field: str, said: str
) -> None:
    given = {"tokenizers": [STARTERS[0]], "text": written(tmp_path, one="a")}
    with pytest.raises(UserError, match=r".") as caught:
        compared(**{**given, **change})
    assert caught.value.field == field
    assert said in caught.value.message


def test_that_texts_without_anything_in_them_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing in the texts"):
        compared([STARTERS[0]], written(tmp_path, one=""))


def test_that_it_stops_when_told_and_emits_the_rows_of_each_text(tmp_path: Path) -> None:
    texts = written(tmp_path, one="a b c\n" * 50, two="d e f\n" * 50)
    request = CompareTokenizersRequest(tokenizers=[STARTERS[0]], text=texts, throughput=False)
    control = Control()
    rows = []

    def send(event: Any) -> None:
        if event.type == "partial":
            rows.extend(event.data["rows"])
            control.cancel()

    with pytest.raises(Cancelled):
        compare_tokenizers(request, Context(workdir=tmp_path, send=send, control=control))
    assert [line["text"] for line in rows] == ["one"]
