"""What an archive teaches about themes, and what an editor's word changes."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.group.reading import Desk
from digest.group.themes import ThemeScorer
from digest.group.themes.blend import CAP, DEFINED, definition_share
from digest.group.themes.model import ThemeModel
from digest.group.themes.scoring import MEANING, OTHER_WORDS, changed, fits
from digest.group.themes.selecting import BY_BOTH, BY_DEFINITION, select
from digest.group.themes.training import Lesson, learn, scores
from digest.model.article import Article
from digest.model.story import ThemeScore
from digest.schedule.values import Theme
from tests.builders import an_article
from tests.group.archive import (
    BESIDE,
    NAMED,
    Hashes,
    archive,
    belongs_to,
    learned,
    locusts,
    material,
    model_of,
    subject_of,
    theme,
    themes,
    told,
)
from tests.group.newsdesk import ALIASES

WORDS = [word for words in (*NAMED.values(), *BESIDE.values()) for word in words] + ["mardi", "Oz."]
UNNAMED = told("security", 1_000, named=False)
"""Of security, and no word of its definition stands in it."""


def scored(
    article: Article, model: ThemeModel | None, *, encoded: bool = False, **changes: Theme
) -> dict[str, ThemeScore]:
    desk = Desk(ALIASES)
    scorer = ThemeScorer(themes(**changes), desk, model, Hashes() if encoded else None)
    return {one.theme: one for one in scorer.score(desk.read(article))}


def test_an_archive_without_labels_teaches_words_that_no_definition_holds() -> None:
    assert scored(UNNAMED, None) == {}
    found = scored(UNNAMED, learned())
    assert [name for name, one in found.items() if one.belongs] == ["security"]
    told_by = {reason.term for reason in found["security"].reasons}
    assert told_by & set(BESIDE["security"])


def test_articles_of_each_subject_are_found_and_no_others() -> None:
    wrong = [
        article.id
        for article in archive(600)[300:]
        if {n for n, s in scored(article, learned()).items() if s.belongs} != {subject_of(article)}
    ]
    assert len(wrong) <= 3


@pytest.mark.parametrize("encoded", [False, True])
@given(words=st.lists(st.sampled_from(WORDS), max_size=60), title=st.sampled_from(WORDS))
def test_reasons_add_up_to_the_score(encoded: bool, words: Sequence[str], title: str) -> None:
    article = an_article(title=title, description="", body=" ".join(words))
    for one in scored(article, learned(encoded=encoded), encoded=encoded).values():
        total = sum(reason.weight for reason in one.reasons)
        assert one.score == pytest.approx(max(0.0, total), abs=1e-9)


@pytest.mark.parametrize("encoded", [False, True])
def test_an_article_is_scored_as_in_training(encoded: bool) -> None:
    told = archive(300)
    model = learned(encoded=encoded)
    table = scores(material(told, Hashes() if encoded else None), model.languages["fr"])
    for row in range(0, 300, 7):
        one_by_one = scored(told[row], model, encoded=encoded)
        for name, score in zip(themes(), table[row], strict=True):
            if name in one_by_one:
                assert one_by_one[name].score == pytest.approx(score, abs=2e-3)
            else:
                assert score < 0.4 + 2e-3


def test_learned_reasons_are_words_as_they_are_written_and_few() -> None:
    found = scored(told("diplomacy", 2_000), learned())["diplomacy"]
    terms = [reason.term for reason in found.reasons]
    assert OTHER_WORDS in terms
    assert len(terms) <= len(NAMED["diplomacy"]) + 9
    words = {"ambassadeur", "diplomates", "communiqué", "délégation", "visite", "pourparlers"}
    assert words & set(terms)


def test_meaning_is_a_reason_of_its_own() -> None:
    found = scored(UNNAMED, learned(encoded=True), encoded=True)["security"]
    assert MEANING in {reason.term for reason in found.reasons}


def test_what_is_surely_of_a_theme_and_what_surely_not() -> None:
    table = np.array([[2.0, 0.1], [1.3, 2.9], [0.5, 0.2], [0.5, 0.4], [0.9, 0.0], [0.0, 0.0]])
    wanted, unwanted = select(table, BY_DEFINITION)
    assert wanted[:, 0].tolist() == [True, False, True, False, True, False]
    assert unwanted[:, 0].tolist() == [False, False, False, False, False, True]
    assert unwanted[:, 1].tolist() == [True, False, True, False, True, True]
    assert not select(table, BY_BOTH)[0][2, 0]


def test_where_most_articles_have_no_theme_a_faint_one_is_not_sure() -> None:
    broad = np.vstack([[[2.0, 0.1], [0.5, 0.2], [0.9, 0.0]], np.zeros((9, 2))])
    wanted, _ = select(broad, BY_DEFINITION)
    assert wanted[:3, 0].tolist() == [True, False, False]
    assert select(broad[:3], BY_DEFINITION)[0][:, 0].tolist() == [True, True, True]


def test_an_article_that_is_surely_another_themes_is_not_of_one_that_it_only_names() -> None:
    table = np.array([[2.9, 0.5], [0.9, 0.5], [2.9, 1.1]])
    assert select(table, BY_DEFINITION)[1][:, 1].tolist() == [True, False, False]


def test_a_definition_counts_up_to_a_cap_either_way() -> None:
    for total, counted in ((1.5, 1.5), (5.0, CAP), (-5.0, -CAP)):
        share = definition_share(total, 1.0)
        assert share.base + share.slope * total == pytest.approx(DEFINED * counted)


def test_a_handful_of_corrections_moves_what_is_like_them() -> None:
    told_of = [*archive(300), *(locusts(400 + n) for n in range(12))]
    rest = [locusts(500 + n) for n in range(10)]
    whole = material(told_of)
    security = whole.themes.index("security")
    lessons = [Lesson(row=300 + n, theme=security, belongs=False, weight=1.0) for n in range(6)]
    before, after = model_of(learn(whole, [])), model_of(learn(whole, lessons))
    assert sum(belongs_to("security", one, before) for one in rest) >= 8
    assert sum(belongs_to("security", one, after) for one in rest) <= 2
    usual = [one for one in archive(300) if subject_of(one) == "security"]
    assert sum(belongs_to("security", one, after) for one in usual) >= 0.9 * len(usual)


def test_a_faint_correction_moves_less_than_a_plain_word() -> None:
    whole = material([*archive(300), *(locusts(400 + n) for n in range(12))])
    security = whole.themes.index("security")

    def score(weight: float) -> float:
        said = [Lesson(row=300 + n, theme=security, belongs=False, weight=weight) for n in range(6)]
        found = scored(locusts(500), model_of(learn(whole, said)))
        return found["security"].score if "security" in found else 0.0

    assert score(0.01) > score(0.1) > score(1.0)


def test_a_theme_of_which_too_little_is_sure_is_scored_by_its_definition() -> None:
    rare = theme("security", keywords=("kamikaze",))
    model = model_of(learn(material(archive(300), rare=rare), []), rare=rare)
    assert "rare" not in model.languages["fr"].themes
    article = an_article(title="Un kamikaze", description="", body="Rien.")
    assert scored(article, model, rare=rare)["rare"] == scored(article, None, rare=rare)["rare"]


def test_a_theme_whose_definition_changed_since_is_scored_by_it_alone() -> None:
    anew = theme("security", keywords=(*NAMED["security"], "kamikaze"))
    assert changed(themes(security=anew), learned()) == ["security"]
    assert scored(UNNAMED, learned(), security=anew).get("security") is None
    stricter = theme("security", minimum=3.0)
    assert changed(themes(security=stricter), learned()) == []
    assert not scored(UNNAMED, learned(), security=stricter)["security"].belongs


def test_another_language_is_scored_by_the_definition() -> None:
    english = an_article(title="Football", description="", body="Football.", language="en")
    assert scored(english, learned()) == scored(english, None)


def test_excluded_words_weigh_against_what_was_learned_too() -> None:
    strict = theme("security", exclude=("récolte",))
    told_of = archive(300)
    model = model_of(learn(material(told_of, security=strict), []), security=strict)
    body = f"{UNNAMED.body} Récolte, récolte."
    article = an_article(id=1_000, title=UNNAMED.title, description="", body=body)
    found = scored(article, model, security=strict)["security"]
    assert found.score < scored(UNNAMED, model, security=strict)["security"].score
    assert any(r.term == "récolte" and r.weight < 0 for r in found.reasons)


def test_a_model_of_an_encoder_fits_only_it() -> None:
    assert fits(learned(), None)
    assert fits(learned(encoded=True), Hashes())
    assert not fits(learned(encoded=True), None)
