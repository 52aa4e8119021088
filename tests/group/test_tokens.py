"""A text that is parted before it is read has the tokens that the pattern finds in it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.group.tokens import BREAK, PATTERN, Tokens

END = -1
TEXTS = st.text(st.sampled_from("abÉ07 '’-(),.:«»\n\u00a0\u202f\t_…"), max_size=80) | st.text()


def tokens() -> tuple[Tokens, list[str]]:
    """Give a splitter, and the tokens that it met by their numbers."""
    met: list[str] = []

    def learn(token: str) -> int:
        if not token[0].isalnum():
            return END
        met.append(token)
        return len(met) - 1

    return Tokens(learn), met


def split(*texts: str) -> list[list[str]]:
    """Split texts at once; several ends of a sentence in a row count as one."""
    splitter, met = tokens()
    found: list[list[str]] = []
    for number in splitter.of(texts).tolist():
        if number == BREAK:
            found.append([])
        elif number != END or found[-1][-1:] != ["."]:
            found[-1].append("." if number == END else met[number])
    return found


def plainly(text: str) -> list[str]:
    found: list[str] = []
    for token in PATTERN.findall(text):
        if token[0].isalnum() or found[-1:] != ["."]:
            found.append(token if token[0].isalnum() else ".")
    return found


@given(st.lists(TEXTS, max_size=4))
@example(["15 000 soldats", "en 2022, 150 soldats", "le 7 2022", "1 234 567,5 (0,5)"])
@example(["l’U.S. Army d'A.B.C. x.y 5'000 5-000 5)000", "a.b 1.000.0 7, 000 07.1e", "b-\n000"])
@example(["中文新闻，没有空格。" * 9 + "15 000 a"])
def test_parted_texts_have_the_tokens_of_the_pattern(texts: list[str]) -> None:
    spaced = [f"{text} a a a" for text in texts]  # enough spaces to be parted
    assert split(*texts, *spaced) == [plainly(text) for text in [*texts, *spaced]]


@pytest.mark.parametrize("written", ["15 000", "l'accord", "accord.", "(accord)", "U.S."])
def test_what_was_met_is_read_the_same_again(written: str) -> None:
    splitter, _ = tokens()
    first = splitter.of([f"il dit {written} ici"]).tolist()
    assert splitter.of([f"il dit {written} ici"]).tolist() == first


def test_different_tokens_are_counted_not_the_parts_they_stand_in() -> None:
    splitter, _ = tokens()
    splitter.of(["un accord, un (accord) et l'accord."])
    assert len(splitter) == len({"un", "accord", "et", "l", "."})
