"""Whose words a story's summary is in."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from digest.compose.briefs import Material, tell
from digest.group.centre import nearest_first
from digest.model.article import Article
from digest.model.issue import Brief
from tests.builders import an_article
from tests.compose.desk import a_schedule, a_story

EVENT = "Le Mali a fermé mercredi douze postes-frontières avec le Sénégal et la Mauritanie."
NEAR = "Bamako a fermé douze postes-frontières avec ses voisins, la Mauritanie et le Sénégal."
ASIDE = "La pluie tombait mercredi sur Bamako quand le ministre a pris la parole."


def told(*articles: Article, **changes: Any) -> Brief:
    known: Mapping[int, Article] = {one.id: one for one in articles}
    values: dict[str, Any] = {
        "articles": known,
        "schedule": a_schedule(),
        "summarise": lambda article: article.description,
        "nearest": nearest_first,
        "language": "fr",
    }
    return tell(a_story(*articles), Material(**(values | changes)))


def article(id_: int, description: str, **changes: Any) -> Article:
    return an_article(
        id=id_,
        title=f"Titre {id_}",
        description=description,
        publisher=f"Journal {id_}",
        **changes,
    )


def test_the_lead_speaks_for_itself() -> None:
    brief = told(article(1, ASIDE), article(2, EVENT), article(3, NEAR))
    assert (brief.summary, brief.summary_source, brief.lead_id) == (ASIDE, "", 1)


def test_a_lead_without_words_leaves_them_to_the_most_central_voice() -> None:
    brief = told(article(1, ""), article(2, ASIDE), article(3, EVENT), article(4, NEAR))
    assert brief.summary_source in {"Journal 3", "Journal 4"}
    assert brief.summary in {EVENT, NEAR}
    assert brief.source == "Journal 1"


def test_a_voice_in_another_language_does_not_speak_for_it() -> None:
    brief = told(article(1, ""), article(2, "Mali closed its border.", language="en"))
    assert (brief.summary, brief.summary_source) == ("", "")


def test_a_publishers_other_article_is_its_own_words() -> None:
    brief = told(article(1, ""), replace(article(2, EVENT), publisher="Journal 1"))
    assert (brief.summary, brief.summary_source) == (EVENT, "")


def test_the_text_nearest_to_all_comes_first() -> None:
    assert nearest_first([ASIDE, EVENT, NEAR], "fr")[-1] == 0
    assert nearest_first(["", "…"], "fr") == [0, 1]
    assert nearest_first([], "fr") == []
