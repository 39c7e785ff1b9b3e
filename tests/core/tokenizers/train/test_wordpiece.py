"""WordPiece: pieces by BPE, characters that are unknown, lower case."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import pairwise

from core.tokenizers.train.algorithms.wordpiece import WordPiece
from tests.core.tokenizers.train.texts import CTX, TEXTS

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def merged(words: Counter[str], merges: int) -> list[str]:
    """The pieces of BPE step by step: the commonest pair, of equally common ones that of the smaller ids."""
    spelt = {word: [word[0], *(f"##{one}" for one in word[1:])] for word in words}
    pieces = sorted({piece for parts in spelt.values() for piece in parts})
    for _ in range(merges):
        pairs: Counter[tuple[str, str]] = Counter()
        for word, parts in spelt.items():
            for pair in pairwise(parts):
                pairs[pair] += words[word]
        number = {piece: id for id, piece in enumerate(pieces)}
        left, right = min(pairs, key=lambda pair: (-pairs[pair], number[pair[0]], number[pair[1]]))
        whole = left + right.removeprefix("##")
        pieces.append(whole)
        for word, parts in spelt.items():
            at = 0
            while at < len(parts) - 1:
                if (parts[at], parts[at + 1]) == (left, right):
                    spelt[word] = parts = [*parts[:at], whole, *parts[at + 2 :]]
                at += 1
    return pieces


def test_that_the_pieces_are_those_of_bpe_done_by_hand() -> None:
    text = "".join(TEXTS[-4:])
    expected = merged(Counter(re.findall(r"[^\W_]+|[^\w\s]|_", text)), 150)
    ours = WordPiece().train([text], len(SPECIAL) + len(expected), [], CTX)
    names = sorted(ours.get_vocab(), key=ours.get_vocab().__getitem__)
    assert names == [*SPECIAL, *expected]


def test_that_text_is_cut_by_the_longest_piece_that_fits() -> None:
    tokenizer = WordPiece().train(["low " * 9, "lower " * 5, "slowly lowly " * 3], 22, [], CTX)
    assert tokenizer.encode("lower").tokens == ["[CLS]", "lower", "[SEP]"]
    assert tokenizer.encode("lowlow", add_special_tokens=False).tokens == ["low", "##low"]


def test_that_a_character_it_has_not_seen_makes_a_word_unknown() -> None:
    tokenizer = WordPiece().train(TEXTS, 600, [], CTX)
    assert tokenizer.encode("a 語 whale🙂", add_special_tokens=False).tokens[:2] == ["a", "[UNK]"]


def test_that_lower_case_is_asked_for() -> None:
    plain, lower = (WordPiece(lowercase=on).train(TEXTS, 600, [], CTX) for on in (False, True))
    assert lower.encode("NAÏVE In").ids == lower.encode("naive in").ids
    assert plain.encode("In").ids != plain.encode("in").ids
    assert not any(token.lower() != token for token in lower.get_vocab() if not token.startswith("["))


def test_that_characters_take_at_most_half_of_the_vocabulary() -> None:
    texts = ["".join(map(chr, range(0x4E00, 0x4E00 + 300))), "the river and the whale were here there " * 20]
    tokenizer = WordPiece().train(texts, 33, [], CTX)
    characters = [token for token in tokenizer.get_vocab() if len(token.removeprefix("##")) == 1]
    assert len(characters) == 14
    assert "the" in tokenizer.get_vocab()


def test_that_words_beyond_a_hundred_characters_are_unknown() -> None:
    tokenizer = WordPiece().train([*TEXTS, "a" * 101 + " "], 600, [], CTX)
    assert json.loads(tokenizer.to_str())["model"]["max_input_chars_per_word"] == 100
    assert tokenizer.encode("a" * 101, add_special_tokens=False).tokens == ["[UNK]"]
