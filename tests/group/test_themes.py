"""Which themes an article belongs to, and why."""

from typing import Any

from digest.group.reading import Desk
from digest.group.themes import BELONGS, ThemeScorer
from digest.model.article import Article
from digest.model.story import ThemeScore
from digest.schedule.values import Theme
from tests.builders import an_article
from tests.group.newsdesk import ALIASES, bilingual, summit


def theme(*keywords: str, **changes: Any) -> Theme:
    title = {"fr": "Sécurité au Sahel", "en": "Sahel security"}
    return Theme(**({"title": title, "keywords": keywords} | changes))


SECURITY = theme("attaque", "attack", "jihadistes", "jihadists", "JNIM", "convoi militaire")
DIPLOMACY = theme(
    "ambassade",
    "embassy",
    "diplomate",
    "diplomat",
    "négociations",
    "ministère des Affaires étrangères",
    "foreign ministry",
    title={"fr": "Diplomatie", "en": "Diplomacy"},
)


def scores(article: Article, **themes: Theme) -> dict[str, ThemeScore]:
    desk = Desk(ALIASES)
    return {s.theme: s for s in ThemeScorer(themes, desk).score(desk.read(article))}


def told(event: str, language: str) -> Article:
    return next(fr if language == "fr" else en for name, fr, en in bilingual() if name == event)


def test_an_article_may_belong_to_several_themes() -> None:
    found = scores(told("staff-cut", "fr"), security=SECURITY, diplomacy=DIPLOMACY)
    assert found["security"].belongs
    assert found["diplomacy"].belongs


def test_the_same_theme_finds_the_same_event_in_english() -> None:
    found = scores(told("staff-cut", "en"), security=SECURITY, diplomacy=DIPLOMACY)
    assert found["security"].belongs
    assert found["diplomacy"].belongs


def test_an_article_without_any_term_has_no_score() -> None:
    assert scores(summit(1), security=theme("kamikaze")) == {}


def test_the_reasons_are_the_editors_words_heaviest_first_and_make_the_score() -> None:
    found = scores(told("djibo", "fr"), security=SECURITY)["security"]
    weights = [reason.weight for reason in found.reasons]
    assert {"attaque", "JNIM"} <= {reason.term for reason in found.reasons}
    assert weights == sorted(weights, reverse=True)
    assert abs(sum(weights) - found.score) < 1e-3


def test_a_word_in_the_title_counts_more_than_in_the_text() -> None:
    def alone(**where: str) -> float:
        article = an_article(**({"title": "Titre", "description": "", "body": "Texte."} | where))
        return scores(article, security=theme("embuscade"))["security"].score

    title, heading = alone(title="Une embuscade"), alone(description="Une embuscade.")
    assert title > heading > alone(body="Une embuscade a eu lieu.")


def test_repeating_a_word_counts_ever_less() -> None:
    def times(number: int) -> float:
        body = "Une embuscade a eu lieu. " * number
        article = an_article(title="Titre", description="", body=body)
        return scores(article, security=theme("embuscade"))["security"].score

    assert times(2) < 2 * times(1)
    assert times(200) < 4 * times(1)


def test_several_words_count_only_together_and_in_order() -> None:
    split = an_article(title="", description="", body="Un convoi civil, un camp militaire.")
    whole = an_article(title="", description="", body="Deux convois militaires sont partis.")
    assert scores(split, security=theme("convoi militaire")) == {}
    assert scores(whole, security=theme("convoi militaire"))["security"].score > 0


def test_an_alias_counts_as_the_name_in_the_schedule() -> None:
    article = an_article(title="Le GSIM recule", description="", body="Rien d'autre.")
    found = scores(article, security=theme("JNIM"))["security"]
    assert [reason.term for reason in found.reasons] == ["JNIM"]


def test_excluded_words_weigh_against_and_say_so() -> None:
    article = an_article(title="Attaque à cinq au mercato", description="", body="Un mercato fou.")
    plain = scores(article, security=theme("attaque"))["security"]
    found = scores(article, security=theme("attaque", exclude=("mercato",)))["security"]
    assert plain.score > found.score
    assert not found.belongs
    assert any(reason.term == "mercato" and reason.weight < 0 for reason in found.reasons)


def test_a_theme_may_ask_for_more_or_less() -> None:
    article = told("djibo", "fr")
    usual = scores(article, security=SECURITY)["security"]
    assert usual.score >= BELONGS
    strict = theme(*SECURITY.keywords, minimum=usual.score + 0.1)
    assert not scores(article, security=strict)["security"].belongs
    exact = theme(*SECURITY.keywords, minimum=usual.score)
    assert scores(article, security=exact)["security"].belongs


def test_examples_speak_for_a_theme_faintly() -> None:
    article = an_article(title="Orpaillage clandestin à Kédougou", description="", body="")
    example = theme("kamikaze", examples=("La fièvre de l'orpaillage gagne la frontière",))
    keyword = theme("orpaillage")
    by_example = scores(article, mines=example)["mines"].score
    assert 0 < by_example < scores(article, mines=keyword)["mines"].score


def test_a_short_stem_is_no_proof() -> None:
    article = an_article(title="Cette mesure vise la junte", description="", body="Deux visas.")
    found = scores(article, security=theme("visas"))["security"]
    once = an_article(title="Titre", description="", body="Deux visas.")
    assert found.score == scores(once, security=theme("visa"))["security"].score
