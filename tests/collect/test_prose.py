"""What belongs to the author of an extracted page."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.bylines import name_and_role
from digest.collect.prose import body_of, is_furniture, unglued
from digest.collect.texts import pieces


@pytest.mark.parametrize(
    ("glued", "apart"),
    [
        ("depuis 2022.Cette décision", "depuis 2022. Cette décision"),
        ("au pouvoir.Depuis, Bamako", "au pouvoir. Depuis, Bamako"),
        ("un rôle.Ces voix", "un rôle. Ces voix"),
        ("à Gao.L’armée", "à Gao. L’armée"),
        ("à Gao.À midi", "à Gao. À midi"),
        ("la fin ».Le reste", "la fin ». Le reste"),
        ("vraiment ?Oui", "vraiment ? Oui"),
        ("fini.«Nous partons»", "fini. «Nous partons»"),
        ("attendre…Mais", "attendre… Mais"),
        ("au nord.«\u00a0Nous partons", "au nord. «\u00a0Nous partons"),
        ("On verra. »Le maire", "On verra. » Le maire"),
        ("de l'AES.Une force", "de l'AES. Une force"),
        ("le JNIM.L’armée", "le JNIM. L’armée"),
    ],
)
def test_glued_sentences_are_parted(glued: str, apart: str) -> None:
    assert unglued(glued) == apart
    assert unglued(apart) == apart


@pytest.mark.parametrize(
    "text",
    [
        "3.5 millions",
        "les U.S.A ont",
        "M.Dupont et Mme.Diallo",
        "Dr.Maïga, St.Louis",
        "la J.N.I.M. attaque",
        "https://fleuve.example/Dossier.Html?a=B.C",
        "www.Fleuve.Org",
        "awa.Diallo@fleuve.example",
        "le fichier rapport.PDF",
        "maliweb.Net",
        "12.500.000 francs",
        "n.d.l.r",
    ],
)
def test_what_only_looks_glued_is_left_alone(text: str) -> None:
    assert unglued(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "a" * 500_000 + "." + "A" * 500_000,
        "abc d\n" * 20_000,
        "Un titre\n" + "- 2 min de lecture\n" * 20_000,
        "Un titre\n" + "=====\n" * 20_000,
        "Auteur : " + "a" * 200_000,
    ],
    ids=range(5),
)
def test_a_monstrous_text_costs_little_time(text: str) -> None:
    begun = time.process_time()
    pieces(text)
    assert time.process_time() - begun < 3  # under one on a quiet machine


@given(st.text(max_size=200))
def test_parting_adds_spaces_and_nothing_else(text: str) -> None:
    assert "".join(unglued(text).split()) == "".join(text.split())


@pytest.mark.parametrize(
    "line",
    [
        "Commentaires",
        "3 commentaires",
        "A lire aussi :",
        "À lire aussi : Le Mali ferme ses frontières",
        "Lire aussi >> Le Mali ferme ses frontières",
        "À LIRE ÉGALEMENT – Le Mali ferme ses frontières",
        "Lire aussi",
        "2 min de lecture",
        "5 min read",
        "Posts récents",
        "Mis à jour : il y a 2 jours",
        "12 vues 0 commentaire",
    ],
)
def test_furniture_is_known(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "Les commentaires du ministre ont surpris.",
        "Lire aussi entre les lignes, voilà ce que fait le médiateur.",
        "Il faut 2 min de lecture pour comprendre.",
        "Plusieurs facteurs expliquent cette situation :",
    ],
)
def test_sentences_are_no_furniture(line: str) -> None:
    assert not is_furniture(line)


def test_what_follows_read_also_is_body() -> None:
    assert body_of("Avant.\nA lire aussi :\nAprès, la conclusion.") == (
        "Avant.\n\nAprès, la conclusion."
    )


@pytest.mark.parametrize(
    ("line", "name", "role"),
    [
        ("SORY Kadidiatou 🔶 Journaliste", "SORY Kadidiatou", "Journaliste"),
        ("wilfried_f", "wilfried_f", ""),
        ("Par Awa Diallo", "Awa Diallo", ""),
        ("Awa Diallo ⭐️ Rédactrice en chef", "Awa Diallo", "Rédactrice en chef"),
        ("boite@fleuve.example (Jean Sidibé)", "Jean Sidibé", ""),
        ("Jean Sidibé <jean@fleuve.example>", "Jean Sidibé", ""),
        ("jean@fleuve.example", "", ""),
        ("N'Diaye-Traoré, A.", "N'Diaye-Traoré, A.", ""),
        ("Par Awa Diallo, envoyée spéciale à Gao", "Awa Diallo", "envoyée spéciale à Gao"),
        ("Awa Diallo (correspondante)", "Awa Diallo", "correspondante"),
        ("Awa Diallo - Journaliste", "Awa Diallo", "Journaliste"),
        ("Notre correspondant à Bamako, Serge Cissé", "Serge Cissé", "correspondant à Bamako"),
        ("Propos recueillis par Awa Diallo", "Awa Diallo", ""),
        ("Awa Diallo (à Bamako)", "Awa Diallo", ""),
        ("Awa Diallo, Moussa Sy", "Awa Diallo, Moussa Sy", ""),
    ],
)
def test_a_name_and_a_role_are_told_apart(line: str, name: str, role: str) -> None:
    assert name_and_role(line) == (name, role)


def test_an_author_may_stand_without_a_bullet() -> None:
    (piece,) = pieces("Un titre\nAwa Diallo\nil y a 2 jours\n3 min de lecture\nLe texte.")
    assert (piece.author, piece.date, piece.body) == ("Awa Diallo", "il y a 2 jours", "Le texte.")


@pytest.mark.parametrize("mark", ["·", "•", "|"])
def test_a_head_may_stand_in_one_line(mark: str) -> None:
    head = f"Awa Diallo {mark} il y a 2 jours {mark} 3 min de lecture"
    (piece,) = pieces(f"Un titre\n{head}\nLe texte.")
    assert (piece.author, piece.date, piece.body) == ("Awa Diallo", "il y a 2 jours", "Le texte.")


def test_a_list_that_opens_a_text_names_no_author() -> None:
    (piece,) = pieces("Trois raisons\n\n- Le prix du mil\n- La route coupée\n\nLa suite du texte.")
    assert piece.author == ""
    assert piece.body.startswith("- Le prix du mil")


def test_a_heading_under_a_text_begins_no_article() -> None:
    text = "Un titre\n\n" + "Une phrase du texte, ni courte ni longue.\n" * 6 + "Un intertitre\n"
    assert len(pieces(text + "- un point\n- un autre point\nLa fin.")) == 1


def test_a_text_without_a_title_is_called_by_its_first_words() -> None:
    (piece,) = pieces("Le fleuve a monté d'un mètre en trois jours. " * 8)
    assert piece.title == (
        "Le fleuve a monté d'un mètre en trois jours. Le fleuve a monté d'un mètre en trois jours.…"
    )
    assert piece.body.count("Le fleuve") == 8


def test_articles_are_split_at_a_rule_with_a_head_below() -> None:
    first = "Un titre\n\nLe texte.\n\nUne suite.\n\nUne fin.\n"
    text = f"{first}=====\nUn autre\nDate : 3 mai 2026\n\nFin."
    assert [piece.title for piece in pieces(text)] == ["Un titre", "Un autre"]


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    for piece in pieces(text):
        assert piece.title or piece.url
