"""Where sentences end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.group.sentences import sentences


@pytest.mark.parametrize(
    "text",
    [
        "M. Diop a reçu Mme Traoré à Dakar.",
        "Le gén. Tiani et le Dr. Koné sont sortis.",
        "Selon l'art. 5, la peine est de 3.5 ans.",
        "La résolution no. 12 (p. 4) a été votée.",
        "Né en 50 av. J.-C. Vercingétorix n'a rien vu.",
        "The U.S. Army left on Jan. 5 with Gen. Smith.",
        "J. R. Brown met Mr. Diallo at 3.5 p.m. in Dakar.",
        "« Nous partons. Nous reviendrons », a dit le maire.",
        "« Je reste ! » a-t-il lancé.",
        "“We stay. We fight,” he said.",
        '"On verra. On décidera", répond-elle.',
        "Il hésite… puis il part.",
    ],
)
def test_this_is_one_sentence(text: str) -> None:
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Il part. Elle reste.", 2),
        ("Il part ! Elle reste ? Oui.", 3),
        ("Il part… Elle reste.", 2),
        ("Il a dit « non ». Puis il est parti.", 2),
        ("He left the U.S. The army stayed.", 2),
        ("C'était en 2022. En 2023, tout a changé.", 2),
        ("Il a dit non. « Jamais », a-t-il ajouté.", 2),
        ("Elle vit à Gao. 12 soldats y sont morts.", 2),
        ("It was modern art. The museum closed.", 2),
        ("He said no. They left.", 2),
    ],
)
def test_these_are_several(text: str, number: int) -> None:
    assert len(sentences(text)) == number


def test_glued_sentences_are_parted() -> None:
    assert sentences("réduite depuis 2022.Cette décision tombe. Fin.")[0].endswith("2022.")


def test_a_web_address_is_not_glued_sentences() -> None:
    assert len(sentences("Lire la suite sur www.exemple.com et lettre.exemple.org ce soir.")) == 1


def test_a_quotation_that_never_closes_does_not_swallow_the_text() -> None:
    text = "Il dit « non. " + "Puis une phrase de plus arrive ici. " * 60
    assert len(sentences(text)) > 20


@given(st.text(alphabet="ab. «»\"“”()!?…A1M'\n\u00a0", max_size=80))
def test_splitting_loses_nothing(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("glued", "parted"),
    [
        ("Il a dit oui.Le Mali ferme.", ["Il a dit oui.", "Le Mali ferme."]),
        ('Il part "jeudi."Le Mali ferme.', ['Il part "jeudi."', "Le Mali ferme."]),
        ('Il part jeudi."Je reste", dit-il.', ["Il part jeudi.", '"Je reste", dit-il.']),
        ('"Je pars"."Je reste", dit-il.', ['"Je pars".', '"Je reste", dit-il.']),
    ],
)
def test_paragraphs_that_lost_their_break_are_parted(glued: str, parted: list[str]) -> None:
    assert sentences(glued) == parted
