"""When a machine's summary is refused."""

import pytest

from digest.group.retelling import in_own_words, messages, refusal, sent
from tests.builders import an_article

ARTICLE = an_article(
    title="Le Mali ferme douze postes-frontières",
    description="",
    body=(
        "Le gouvernement malien a fermé mercredi 12 postes-frontières avec le Sénégal. La mesure"
        " durera trois semaines, selon le ministère des Transports. Elle touche 1 400 camions et"
        " des chauffeurs de l'Union africaine."
    ),
)
GOOD = "Le Mali ferme 12 postes-frontières avec le Sénégal pour trois semaines."


def refused(text: str, *, language: str = "fr", words: int = 60) -> str:
    return refusal(text, ARTICLE, lambda _: language, words)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "Selon le ministère des Transports, 1400 camions attendent au Sénégal.",
        "La mesure dure trois semaines. Elle touche des chauffeurs de l'Union africaine.",
    ],
)
def test_what_the_text_says_is_taken(text: str) -> None:
    assert refused(text) == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "next to nothing"),
        ("Le Mali ferme.", "next to nothing"),
        ("Le Mali ferme des postes " + "de la frontière " * 30 + ".", "words, 60 were asked for"),
        ("Le Mali ferme <b>douze</b> postes-frontières avec le Sénégal.", "holds '<'"),
        ("Le Mali ferme **douze** postes-frontières avec le Sénégal.", "holds '*'"),
        ("Le Mali ferme des postes, voir https://mali.example pour la liste.", "holds 's://'"),
        ("- Le Mali ferme douze postes-frontières avec le Sénégal.", "holds '- '"),
        ("Le Mali ferme\x07 douze postes-frontières avec le Sénégal.", "holds '\\x07'"),
        ("Le Mali ferme douze postes-frontières avec le", "no whole sentence"),
        ("Le ministère dit : « Le Mali ferme douze postes-frontières.", "no whole sentence"),
        ("Le Mali ferme douze postes-frontières.", "the headline again"),
        ("Le Mali ferme 13 postes-frontières avec le Sénégal.", "'13' is not in the article"),
        ("Le Mali ferme ses frontières avec la Guinée et le Sénégal.", "'guinee' is not in"),
        ("Bamako ferme douze postes-frontières avec le Sénégal.", "'bamako' is not in"),
        ("Le Mali ferme des postes. Macron le regrette beaucoup.", "'macron' is not in"),
    ],
)
def test_what_no_text_said_or_no_reader_should_see_is_refused(text: str, why: str) -> None:
    assert why in refused(text)


def test_another_language_than_the_articles_is_refused() -> None:
    assert refused(GOOD, language="en") == "it is in en, the article in fr"


def test_only_the_articles_own_text_is_sent() -> None:
    rules, text = messages(ARTICLE, "French", 40)
    assert "at most 40 words" in rules["content"]
    assert "French" in rules["content"]
    assert text["content"] == f"{ARTICLE.title}\n\n{ARTICLE.body}" == sent(ARTICLE)
    assert len(sent(an_article(body="mot " * 9_000))) == 12_000


def test_an_article_has_its_own_words() -> None:
    told = in_own_words(ARTICLE)
    assert told.text
    assert told.text in ARTICLE.body
    assert (told.machine_written, told.note) == (False, "")
