"""What a text says that others don't, and how alike two headlines are."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.texts import pieces
from digest.compose.selection import ALIKE
from digest.group.novelty import headed_alike, likeness, news, terms
from digest.group.reading import Desk
from digest.model.article import Article
from tests.builders import an_article
from tests.group.newsdesk import ALIASES, bilingual, convoy, summit

DESK = Desk(ALIASES)


def more(said: str) -> Article:
    """Give the first report on the convoy with something added."""
    return convoy(1, body=f"{convoy(1).body}\n\n{said}")


@pytest.mark.parametrize(
    "said",
    [
        "Le bilan monte à douze morts et quarante blessés, a annoncé samedi l'état-major.",
        "Le bilan est passé à 12 chauffeurs, selon le syndicat des transporteurs.",
        "Le convoi venait du Sénégal et roulait vers Koulikoro, selon le syndicat.",
    ],
)
def test_a_new_sentence_is_news(said: str) -> None:
    assert news([more(said)], [convoy(1)], DESK) == (said,)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Selon le syndicat des transporteurs, deux chauffeurs du convoi ont disparu.",
        "Le convoi de camions-citernes roulait sous escorte dans l'ouest du Mali.",
    ],
)
def test_what_was_told_in_other_words_of_the_same_families_is_no_news(said: str) -> None:
    assert news([more(said)], [convoy(1)], DESK) is None


def test_what_any_of_the_told_texts_said_is_no_news() -> None:
    assert news([convoy(3)], [convoy(1), convoy(3), summit(4)], DESK) is None


def test_of_a_text_about_something_else_its_main_point_is_told() -> None:
    (first, *_) = news([summit(2)], [convoy(1)], DESK) or ()
    assert first.startswith("Les ministres réunis à Genève ont conclu un accord")


def test_a_sentence_that_leans_on_another_or_is_cut_is_not_quoted() -> None:
    leaning = "Ils réclament une enquête internationale sur cette embuscade meurtrière."
    for mark in ("…", "...", "…»"):
        cut = f"Le gouverneur de Kayes promet une indemnisation rapide aux familles des{mark}"
        assert news([more(f"{leaning} {cut}")], [convoy(1)], DESK) == ()


def test_a_text_without_sentences_is_known_by_its_title() -> None:
    same = an_article(title="Un convoi attaqué à Kita", description="", body="")
    assert news([same], [convoy(1)], DESK) is None
    other = an_article(title="Quatre otages libérés à Nioro", description="", body="")
    assert news([other], [convoy(1)], DESK) == ()


def test_what_was_told_in_another_language_alone_can_not_be_told_from_news() -> None:
    _, french, english = next(event for event in bilingual() if event[0] == "expulsions")
    assert news([english], [french], DESK) == ()


def test_names_and_figures_told_in_another_language_are_known() -> None:
    said = "Le convoi roulait vers Koulikoro avec 47 camions-citernes."
    english = an_article(language="en", title="", body="In Koulikoro 47 tankers had been awaited.")
    assert news([more(said)], [convoy(1)], DESK) == (said,)
    assert news([more(said)], [convoy(1), english], DESK) is None


def test_news_stays_within_its_words() -> None:
    first = "Le bilan monte à douze morts, a annoncé samedi un porte-parole de l'état-major."
    second = "Le gouverneur de Kayes promet une indemnisation rapide aux familles endeuillées."
    assert news([more(f"{first} {second}")], [convoy(1)], DESK) == (first, second)
    short = news([more(f"{first} {second}")], [convoy(1)], DESK, words=20)
    assert short in {(first,), (second,)}


def test_the_later_of_the_two_real_texts_tells_of_the_reduced_embassy(seeds: Path) -> None:
    texts = [file.read_text(encoding="utf-8") for file in sorted(seeds.glob("*.txt"))]
    late, early = (
        an_article(title=piece.title, body=piece.body, description="")
        for text in texts
        for piece in pieces(text)
    )
    (said,) = news([late], [early], DESK) or ()
    assert said.startswith("La France a récemment annoncé une réduction")


@given(st.text(max_size=200), st.text(max_size=200))
def test_whatever_is_read_nothing_is_news_beside_itself(title: str, body: str) -> None:
    article = an_article(title=title, body=body, description="")
    assert news([article], [article], DESK) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Mali : le GSIM revendique l'attaque de Kita", "Attaque de Kita, le JNIM revendique", 1),
        ("Sommet de la CEDEAO à Abuja", "La CEDEAO se réunit à Abuja", 1),
        ("L'attaque de Kita prive Bamako de carburant", "Un convoi de carburant attaqué à Kita", 1),
        ("Guerre au Soudan : El-Fasher bombardée", "Guerre au Soudan : le Tchad se ferme", 0),
        ("Mali : trente jihadistes tués à Ménaka", "Burkina : douze jihadistes tués à Djibo", 0),
    ],
)
def test_headlines_of_nearly_one_event_are_alike(one: str, other: str, same: int) -> None:
    leads = {1: an_article(title=one), 2: an_article(title=other)}
    assert (headed_alike(leads, DESK)(1, 2) >= ALIKE) == same


@given(st.text(max_size=80), st.text(max_size=80))
def test_likeness_has_no_direction_and_its_bounds(one: str, other: str) -> None:
    first, second = terms(one, "fr", DESK), terms(other, "fr", DESK)
    assert 0 <= likeness(first, second) <= 1
    assert likeness(first, second) == pytest.approx(likeness(second, first))
    assert likeness(first, first) == pytest.approx(1 if first else 0)
