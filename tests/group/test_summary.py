"""What a story says of itself."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.group.reading import split_headings
from digest.group.sentences import balanced
from digest.group.summary import summarise
from digest.group.text import Lexer
from tests.group.newsdesk import bilingual

TITLE = "Le Mali ferme douze postes-frontières"
TOLD = "Bamako ferme douze postes-frontières avec ses voisins pour protéger ses convois."
BODY = "\n\n".join(
    (
        "Une mesure de sécurité",
        "Le gouvernement malien a fermé mercredi douze postes-frontières avec le Sénégal et la"
        " Mauritanie, le temps de réorganiser les escortes. La mesure durera trois semaines, selon"
        " le ministère des Transports.",
        "Les transporteurs en colère",
        "« Personne ne nous a consultés. » Le syndicat des transporteurs affirme que quatre cents"
        " camions attendent à Diboli. Il réclame des indemnités pour les chauffeurs. « Nous dormons"
        " sous nos véhicules », raconte M. Sow, chauffeur depuis douze ans.",
        "Un commerce à l'arrêt",
        "Les escortes de convois entre le Mali, le Sénégal et la Mauritanie ont perdu vingt camions"
        " ce mois-ci.",
    )
)


def summary(description: str = "", body: str = BODY, **how: int) -> str:
    return summarise(TITLE, description, body, "fr", **how)


def test_the_sources_own_description_is_taken_when_it_is_a_sentence() -> None:
    assert summary(TOLD) == TOLD


@pytest.mark.parametrize(
    "description",
    [
        "Bamako ferme douze postes-frontières avec ses voisins pour protéger…",
        "Bamako ferme douze postes-frontières avec ses voisins [...]",
        "Bamako ferme douze postes-frontières avec ses voisins [&hellip;]".replace("&hellip;", "…"),
        "Bamako ferme douze postes-frontières avec ses voisins pour (...)",
        "Bamako ferme douze postes-frontières avec ses voisins pour pro",
        "International",
        TITLE,
        TITLE + ".",
        "« Bamako ferme douze postes-frontières, dit-il, sans prévenir ses voisins.",
    ],
)
def test_a_cut_description_a_label_or_the_title_is_not(description: str) -> None:
    told = summary(description)
    assert told.startswith("Le gouvernement malien a fermé")
    assert told.endswith(".")


def test_the_whole_sentences_before_a_cut_are_taken() -> None:
    second = "Les transporteurs dénoncent une décision prise sans eux, et veulent des indemnités."
    assert summary(f"{TOLD} {second} Leur syndicat [...]") == f"{TOLD} {second}"


def test_sentences_stand_in_the_order_of_the_text() -> None:
    told = summary()
    places = [BODY.find(part[:25]) for part in told.split(". ")]
    assert places == sorted(places)


def test_headings_are_no_sentences() -> None:
    told = summary()
    assert "mesure de sécurité" not in told
    assert "en colère" not in told


LEAD = "Le Mali a fermé mercredi douze postes-frontières avec ses voisins."
ASIDE = "La pluie tombait depuis le matin, sans répit ni éclaircie."


@pytest.mark.parametrize(
    "dangling",
    [
        "Il ferme aussi les douze postes-frontières du nord du Mali.",
        "Selon Bamako, cette fermeture des postes-frontières du Mali durera.",
        "« Le Mali a fermé ses douze postes-frontières sans nous prévenir. »",
    ],
)
def test_what_leans_on_a_sentence_left_out_is_not_taken(dangling: str) -> None:
    assert summary(body=f"{LEAD} {ASIDE} {dangling}", words=24) == f"{LEAD} {ASIDE}"


def test_what_leans_on_the_sentence_before_it_is_taken_with_it() -> None:
    leaning = "Il ferme aussi les douze postes-frontières du nord du Mali."
    assert summary(body=f"{LEAD} {leaning} {ASIDE}", words=24) == f"{LEAD} {leaning}"


def test_a_sentence_beyond_the_budget_ends_where_a_clause_does() -> None:
    long = (
        "Le Mali a fermé mercredi douze postes-frontières avec ses voisins de l'ouest, alors que"
        " les escortes de convois, longues et coûteuses, ont perdu vingt camions en un mois."
    )
    told = "Le Mali a fermé mercredi douze postes-frontières avec ses voisins de l'ouest…"
    assert summary(body=long, words=16) == told
    assert summary(body=long, words=40) == long


def test_the_budget_is_kept() -> None:
    for words in (25, 40, 60, 90):
        assert len(summary(words=words).split()) <= words


def test_a_sentence_beyond_all_measure_is_cut_at_a_word_and_says_so() -> None:
    endless = "Le ministre a dit que " + "la route est longue et " * 60 + "fermée."
    told = summary(body=endless)
    assert told.endswith("…")
    assert len(told.split()) <= 60
    assert endless.startswith(told.removesuffix("…"))


def test_a_long_quotation_that_is_cut_is_closed() -> None:
    endless = "« " + "La route est longue et " * 60 + "fermée », a dit le ministre."
    told = summary(body=endless)
    assert balanced(told)


@pytest.mark.parametrize(("description", "body"), [("", ""), ("Mali", ""), ("", "Photo")])
def test_nothing_to_say_says_nothing(description: str, body: str) -> None:
    assert summary(description, body) == ""


def test_a_cut_description_is_better_than_nothing() -> None:
    cut = "Bamako ferme douze postes-frontières avec ses voisins pour protéger…"
    assert summary(cut, "") == cut


@pytest.mark.parametrize("language", ["fr", "en"])
def test_invented_news_is_told_in_two_or_three_sentences_of_its_own(language: str) -> None:
    for _, fr, en in bilingual():
        article = fr if language == "fr" else en
        told = summarise(article.title, "", article.body, language)
        flat = " ".join(article.body.split())
        assert told
        assert all(part.rstrip(".") in flat for part in told.split(". "))


@given(st.text(max_size=300), st.text(max_size=600), st.sampled_from(["fr", "en", "ar", "und"]))
def test_any_text_can_be_told(description: str, body: str, language: str) -> None:
    told = summarise("Titre", description, body, language)
    assert len(told.split()) <= 84


@pytest.mark.parametrize(
    "hostile",
    [
        "." * 60_000 + "x",
        "a" * 60_000,
        "1" * 60_000 + ".",
        ". " * 30_000,
        "« " * 30_000,
        ", " * 30_000,
        "[…" * 20_000,
        "Oui !" * 15_000,
        "\u00a0" * 60_000 + ".",
        "Non.\u00a0\u2003" * 15_000,
    ],
)
def test_hostile_text_takes_no_time(hostile: str) -> None:
    began = process_time()
    summarise("Titre", hostile, hostile, "fr")
    split_headings(hostile)
    Lexer("fr").read(hostile)
    assert process_time() - began < 2


@pytest.mark.parametrize("line", ["BAMAKO, 2 mars (AFP) – ", "N’DJAMENA (Agence Sud) - "])
def test_an_agencys_dateline_is_left_out(line: str) -> None:
    assert summary(line + TOLD) == TOLD
    assert summary(body=line + BODY) == summary()


def test_a_teaser_is_followed_by_what_the_text_tells() -> None:
    told = summary("La mesure surprend les transporteurs de tout le pays.")
    assert told.startswith("La mesure surprend les transporteurs de tout le pays. ")
    assert "douze postes-frontières" in told
