"""What are templates tried with? Everything that a page may have, next to nothing, both ways."""

from collections.abc import Iterator
from dataclasses import replace

from digest.compose.brand import Brand, Logo, Pair, Place
from digest.compose.note import Note
from digest.compose.page import Card, Date, Essential, Figure, Link, Page, Part, Tongue
from digest.compose.wording import direction

_ADDRESS = "https://example.org/"


def pages(language: str, brand: Brand) -> Iterator[tuple[str, Page]]:
    """Give issues and what each is."""
    full = _page(language, brand)
    first = full.parts[0]
    yield "an issue with everything", full
    plain = replace(_card(language, "fr"), figure=None, also=(), url="", summary="", minutes=0)
    one = replace(first, cards=(replace(plain, news="", follows="", when=""),))
    bare = replace(full, introduction=(), essentials=(), agenda=(), note="", web_url="")
    yield "an issue of one story", replace(bare, parts=(one,), stories=1, sources=1)
    yield "a month's best", replace(full, monthly=True)
    yield "an issue from right to left", replace(full, language=language, direction="rtl")


def brands(brand: Brand) -> Iterator[Brand]:
    """Give the newsroom's own looks, and the other choices that brand.yaml allows."""
    yield brand
    logo = Logo(url="https://example.org/logo.png", width=180, height=40)
    social = (Place(name="Ici", url="https://example.org/ici"),) * 2
    yield brand.model_copy(
        update={
            "logo": None if brand.logo else logo,
            "social": () if brand.social else social,
        }
    )


def notes(language: str) -> Iterator[tuple[str, Note]]:
    """Give mails to one reader and what each is."""
    full = Note(
        language=language,
        direction=direction(language),
        subject="Objet",
        preheader="Avant-propos",
        organisation="Observatoire",
        title="Titre",
        lines=("Une ligne.", "Une autre."),
        button="Ouvrir",
        link=_ADDRESS,
        after=("Après.",),
        why="Pourquoi.",
        unsubscribe=_ADDRESS,
        publisher="Observatoire",
        postal_address=("12 rue des Acacias", "75012 Paris"),
    )
    yield "a notice with everything", full
    yield "a notice of one line", replace(full, lines=("Une.",), after=(), unsubscribe="")


def _page(language: str, brand: Brand) -> Page:
    cards = tuple(_card(language, other) for other in ("fr", "en", "ar"))
    colours: tuple[Pair, ...] = brand.colours
    parts = tuple(
        Part(title="Partie", colour=colours[place % len(colours)], place=place + 1, cards=cards)
        for place in range(3)
    )
    lines = tuple(
        Essential(text="L'essentiel.", url=url, tongue=card.tongue, part=parts[0])
        for card, url in zip(cards, (_ADDRESS, "", _ADDRESS), strict=True)
    )
    day = Date(day="jeudi 3 décembre", iso="2026-12-03", lines=("Un sommet.", "Un verdict."))
    return Page(
        language=language,
        direction=direction(language),
        subject="Objet",
        preheader="Avant-propos",
        newsletter="Hebdo",
        organisation="Observatoire",
        postal_address=("12 rue des Acacias", "75012 Paris"),
        publisher="Observatoire",
        number=7,
        monthly=False,
        date="vendredi 27 novembre 2026",
        introduction=("Un mot.", "Un autre."),
        essentials=lines,
        parts=parts,
        agenda=(day, day),
        stories=9,
        sources=3,
        note="Une phrase.",
        web_url=_ADDRESS,
    )


def _card(reader: str, language: str) -> Card:
    tongue = Tongue(language="" if language == reader else language, direction=direction(language))
    link = Link(
        source="L'Autre", title="Titre", url=_ADDRESS, language="en", language_name="anglais"
    )
    sizes = {"fr": (800, 600), "en": (0, 0), "ar": (0, 0)}[language]
    figure = Figure(url="https://example.org/image.jpg", alt="", width=sizes[0], height=sizes[1])
    return Card(
        headline="Un titre",
        url=_ADDRESS,
        source="La Presse",
        when="24 nov.",
        minutes=3,
        language_name="" if language == reader else language,
        tongue=tongue,
        summary="Une phrase.",
        summary_tongue=tongue,
        summary_source="L'Agence",
        machine_written=True,
        figure=None if language == "ar" else figure,
        also=(link, replace(link, url="", language_name="")),
        follows="Ce qui précède",
        news="Du neuf.",
        news_tongue=tongue,
    )
