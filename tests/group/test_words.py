"""Words and their numbers."""

import numpy as np

from digest.group.text import Lexer
from digest.group.words import Column, Word, Words

ALIASES = [("JNIM", "Groupe de soutien")]


def test_figures_are_right_however_late_a_word_is_met() -> None:
    lexer = Lexer("fr")
    first = lexer.read("le convoi")
    length = Column(first.known, lambda word: len(word.written), np.int64)
    assert length.of(first.numbers).tolist() == [2, 6]
    for count in range(1, 50):
        later = lexer.read(" ".join("mot" * at for at in range(1, count + 1)))
        assert length.of(later.numbers).tolist() == [3 * at for at in range(1, count + 1)]
    assert length.of(first.numbers).tolist() == [2, 6]


def test_each_word_is_worked_out_once() -> None:
    asked: list[str] = []

    def figure(word: Word) -> int:
        asked.append(word.written)
        return 0

    lexer = Lexer("fr")
    text = lexer.read("un convoi, puis un convoi")
    column = Column(text.known, figure, np.int64)
    column.of(text.numbers)
    column.of(lexer.read("un convoi dort").numbers)
    assert asked == ["un", "convoi", "puis", "dort"]


def test_a_text_of_no_words_has_no_figures() -> None:
    empty = Lexer("fr").read("")
    assert empty.words == ()
    assert not len(Column(Words(), lambda _: 1, np.int64).of(empty.numbers))


def test_an_alias_moves_the_sentences_behind_it() -> None:
    passage = Lexer("fr", ALIASES).read(
        "Le Groupe de soutien attaque. Bamako dort. Le Groupe dort."
    )
    written = [word.written for word in passage.words]
    assert written == ["Le", "JNIM", "attaque", "Bamako", "dort", "Le", "Groupe", "dort"]
    assert sorted(passage.starts)[:3] == [0, 3, 5]
