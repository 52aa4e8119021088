"""Where a long sentence may end earlier."""

import pytest

from digest.group.clauses import shorter

AT_MOST = 14


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        (
            "Le gouvernement malien a fermé mercredi douze postes-frontières avec le Sénégal, alors"
            " que les convois manquent d'escortes.",
            "Le gouvernement malien a fermé mercredi douze postes-frontières avec le Sénégal…",
        ),
        (
            "The government has closed twelve border posts with its neighbours this week after"
            " losing twenty trucks.",
            "The government has closed twelve border posts with its neighbours this week…",
        ),
    ],
)
def test_it_ends_before_a_clause_that_adds(sentence: str, kept: str) -> None:
    assert list(shorter(sentence, AT_MOST))[-1] == kept


@pytest.mark.parametrize(
    "sentence",
    [
        "Les douze postes-frontières du nord du Mali seront fermés dès ce mercredi, a annoncé à"
        " Bamako le ministre des Transports.",  # whose word would be lost
        "Le ministre malien des Transports et de la route, ancien maire de Kayes, qui revient de"
        " Dakar, a démissionné mercredi soir.",  # the verb
        "Le président malien s'est rendu la semaine dernière en visite à Dakar, Nouakchott et"
        " Conakry pour parler des convois.",  # the rest of a list
        "Il a dit au journal que « les postes-frontières du nord ferment, que la route"
        " est longue et qu'il faut attendre ».",  # half a quotation
        "Le ministre des Transports a annoncé hier à la radio nationale, à Bamako, que les postes"
        " ferment.",  # what was announced
    ],
)
def test_it_does_not_end_where_something_would_be_lost(sentence: str) -> None:
    assert not list(shorter(sentence, AT_MOST))


def test_no_form_is_longer_than_asked() -> None:
    sentence = "Le Mali a fermé ses postes, " + "puis il a rouvert une route, " * 30 + "enfin."
    assert all(len(form.split()) <= 30 for form in shorter(sentence, 30))


def test_a_sentence_without_a_border_has_no_shorter_form() -> None:
    assert not list(shorter("Le Mali ferme ses postes " * 10, AT_MOST))
