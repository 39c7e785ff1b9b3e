"""Plain text as titled blocks."""

from __future__ import annotations

from core.training.blocks import LONGEST, Block, blocks


def test_that_a_short_line_without_a_full_stop_is_the_title_of_the_next_paragraph() -> None:
    text = (
        "A title\n\nOne sentence.  Another\nover two lines! Third?\n\nIs this\nno title\n\nNor this.\n\nLast"
    )
    assert list(blocks(text)) == [
        Block("A title", ("One sentence.", "Another over two lines!", "Third?")),
        Block("", ("Is this no title",)),
        Block("", ("Nor this.",)),
    ]


def test_that_a_long_paragraph_is_cut_between_sentences_and_an_endless_one_between_words() -> None:
    sentence = " ".join(["Word"] * 49) + " end."
    found = list(blocks(" ".join([sentence] * 7)))
    assert [len(block.sentences) for block in found] == [3, 3, 1]
    assert all(one == sentence for block in found for one in block.sentences)
    endless = [block.sentences for block in blocks("one\ntwo " + "word " * 150)]
    assert [[len(one.split()) for one in sentences] for sentences in endless] == [[60, 60], [32]]
    assert LONGEST == 120
