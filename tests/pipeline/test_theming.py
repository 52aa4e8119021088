"""Themes are learned from the archive and corrections; what was learned can be taken back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from digest.errors import ConfigError, ConflictError, NotFoundError
from digest.model.article import Article, Entry
from digest.model.correction import Correction
from digest.pipeline import models, strikes
from digest.pipeline.classroom import Classroom, examples_of, fold_of
from digest.pipeline.grouping import GroupReport, group
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.teaching import teach
from digest.pipeline.theming import read_archive, train
from digest.storage import corrections, stories
from subscribers.database import Database
from tests.builders import published
from tests.conftest import NOW
from tests.group.archive import Hashes, archive, belongs_to, locusts, model_of, schedule, theme
from tests.pipeline import editorial
from tests.stored import add_article

NAMELESS = 1
"""The first article of security: the definition does not find it."""


def stored(database: Database, size: int = 180) -> None:
    store(database, archive(size))


def store(database: Database, told: Sequence[Article]) -> None:
    with database.write() as connection:
        for place, one in enumerate(told):
            values = {name: getattr(one, name) for name in Entry.__dataclass_fields__}
            values["published"] = published(NOW - timedelta(hours=1 + place))
            add_article(connection, Entry(**values), now=NOW)


@pytest.fixture
def newsroom(database: Database, tmp_path: Path) -> Newsroom:
    stored(database)
    plain = editorial.a_newsroom(database)
    return replace(plain, schedule=schedule(), models=tmp_path / "models")


def grouped(newsroom: Newsroom) -> GroupReport:
    return group(newsroom, since=NOW - timedelta(days=30))


def belongs(newsroom: Newsroom, article: int) -> set[str]:
    grouped(newsroom)
    with newsroom.database.read() as connection:
        found = stories.theme_scores(connection, [article]).get(article, ())
    return {one.theme for one in found if one.belongs}


def files(newsroom: Newsroom) -> dict[str, bytes]:
    assert newsroom.models
    found = newsroom.models.iterdir() if newsroom.models.exists() else ()
    return {path.name: path.read_bytes() for path in found}


def test_the_next_grouping_scores_with_what_was_learned(newsroom: Newsroom) -> None:
    assert belongs(newsroom, NAMELESS) == set()
    made = train(newsroom)
    assert made.languages == {"fr": 180}
    assert made.themes["security"].gained > 0
    assert belongs(newsroom, NAMELESS) == {"security"}
    assert grouped(newsroom).scored_by == made.name
    assert grouped(newsroom).note == ""


def test_a_trial_writes_nothing(newsroom: Newsroom) -> None:
    tried = train(newsroom, dry_run=True)
    assert not tried.kept
    assert files(newsroom) == {}
    assert train(newsroom).name == tried.name


def test_equal_input_makes_an_equal_model_whenever_it_is_made(newsroom: Newsroom) -> None:
    name = train(newsroom).name
    before = files(newsroom)
    later = replace(newsroom, clock=lambda: NOW + timedelta(days=1))
    assert train(later).name == name
    assert files(newsroom) == before
    teach(newsroom, NAMELESS, "security", belongs=True)
    assert train(later).name != name


def test_a_former_model_or_none_can_be_chosen_again(newsroom: Newsroom) -> None:
    first = train(newsroom).name
    teach(newsroom, NAMELESS, "security", belongs=True)
    second = train(replace(newsroom, clock=lambda: NOW + timedelta(days=1))).name
    assert [(one.name, one.chosen) for one in models.kept(newsroom)] == [
        (second, True),
        (first, False),
    ]
    models.choose(newsroom, first)
    assert grouped(newsroom).scored_by == first
    models.choose(newsroom, "definition")
    assert grouped(newsroom).scored_by == "definition"
    assert belongs(newsroom, NAMELESS) == set()
    with pytest.raises(NotFoundError, match="unknown model 'abc'"):
        models.choose(newsroom, "abc")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x1f\x8b\x08\x00"])
def test_beside_a_damaged_model_the_definitions_score_and_it_is_said(
    newsroom: Newsroom, content: bytes
) -> None:
    assert newsroom.models
    name = train(newsroom).name
    (newsroom.models / f"{name}.json.gz").write_bytes(content)
    report = grouped(newsroom)
    assert report.scored_by == "definition"
    assert f"{name}.json.gz is no model of ours" in report.note
    assert "delete it, then `digest themes train`" in report.note
    assert models.kept(newsroom)[0].damage
    with pytest.raises(ConfigError, match="is no model of ours"):
        models.choose(newsroom, name)


def test_a_draft_clock_that_meets_a_damaged_model_goes_on_and_logs_it(newsroom: Newsroom) -> None:
    assert newsroom.models
    (newsroom.models / f"{train(newsroom).name}.json.gz").write_bytes(b"")
    with capture_logs() as logs:
        strikes._group(newsroom)
    assert [line["log_level"] for line in logs] == ["warning"]
    assert "is no model of ours" in logs[0]["why"]


def test_another_models_content_under_its_name_is_refused(newsroom: Newsroom) -> None:
    assert newsroom.models
    first = train(newsroom).name
    teach(newsroom, NAMELESS, "security", belongs=True)
    second = train(newsroom).name
    kept = newsroom.models / f"{first}.json.gz"
    kept.write_bytes((newsroom.models / f"{second}.json.gz").read_bytes())
    with pytest.raises(ConfigError, match="not what its name says"):
        models.open_model(newsroom, first)


def test_a_choice_that_names_nothing_is_said_and_the_definitions_score(newsroom: Newsroom) -> None:
    assert newsroom.models
    train(newsroom)
    (newsroom.models / "current").write_text("gone")
    report = grouped(newsroom)
    assert report.scored_by == "definition"
    assert "unknown model 'gone'" in report.note


def test_without_its_encoder_a_model_does_not_score(newsroom: Newsroom) -> None:
    made = train(replace(newsroom, encoder=Hashes()))
    assert made.encoder == "hashes-1"
    assert grouped(replace(newsroom, encoder=Hashes())).scored_by == made.name
    report = grouped(newsroom)
    assert report.scored_by == "definition"
    assert "learned with the encoder hashes-1" in report.note
    assert "DIGEST_SEMANTIC=yes" in report.note
    with pytest.raises(ConfigError, match="DIGEST_SEMANTIC=yes"):
        models.choose(newsroom, made.name)


def test_a_definition_that_changed_since_scores_alone_and_it_is_said(newsroom: Newsroom) -> None:
    made = train(newsroom)
    anew = replace(newsroom, schedule=schedule(security=theme("security", exclude=("or",))))
    report = grouped(anew)
    assert report.scored_by == made.name
    assert "changed since the model was made: security" in report.note
    assert belongs(anew, NAMELESS) == set()


def test_corrections_are_tried_on_a_model_that_did_not_see_them(newsroom: Newsroom) -> None:
    nameless = [one.id for one in archive(180) if one.id % 10 == 1]
    for article in nameless:
        subject = ("security", "diplomacy", "sport")[(article - 1) % 3]
        teach(newsroom, article, subject, belongs=True)
    made = train(newsroom)
    assert made.corrections == len(nameless)
    tried = made.themes.values()
    assert sum(one.held_back for one in tried) == len(nameless)
    assert sum(one.right_before for one in tried) == 0
    assert sum(one.right_after for one in tried) >= len(nameless) - 2


def test_what_only_one_fold_shows_is_right_only_for_who_saw_it(database: Database) -> None:
    plague = [n for n in range(181, 221) if fold_of(a_correction(n)) == 0]
    told = archive(220)
    for number in plague:
        told[number - 1] = locusts(number)
    store(database, told)
    newsroom = replace(editorial.a_newsroom(database), schedule=schedule())
    for article in plague:
        teach(newsroom, article, "security", belongs=False)
    with newsroom.database.read() as connection:
        whole = read_archive(connection, {"security"})
    room = Classroom(newsroom, "fr", whole.articles["fr"], ["fr"])
    seen = room.learn(whole.corrections)
    found = room.outcomes(seen, whole.corrections)["security"]
    assert (found.held_back, found.right_after) == (len(plague), 0)
    model = model_of(seen)
    assert not any(belongs_to("security", locusts(number), model) for number in plague)


def a_correction(article: int, theme: str = "security") -> Correction:
    return Correction(article_id=article, theme=theme, belongs=True, weight=1.0, at=NOW)


def test_folds_are_fixed_and_keep_an_article_together() -> None:
    said = [a_correction(n, name) for n in range(200) for name in ("security", "sport")]
    folds = [fold_of(one) for one in said]
    assert folds[::2] == folds[1::2]
    assert folds[:12:2] == [0, 2, 2, 3, 0, 4]
    assert set(folds) == set(range(5))


def test_corrections_of_themes_that_are_gone_teach_nothing(newsroom: Newsroom) -> None:
    with newsroom.database.write() as connection:
        corrections.teach(connection, a_correction(1, "gone"))
    assert train(newsroom).corrections == 0


def test_too_few_articles_are_said_by_language(database: Database, tmp_path: Path) -> None:
    stored(database, 40)
    plain = editorial.a_newsroom(database)
    few = replace(plain, schedule=schedule(), models=tmp_path / "models")
    with pytest.raises(ConflictError, match="40 in fr; 150 of a language are needed"):
        train(few)


def test_a_language_of_few_articles_is_left_to_the_definitions(newsroom: Newsroom) -> None:
    english = replace(archive(1)[0], language="en", key="https://presse.example/en")
    values = {name: getattr(english, name) for name in Entry.__dataclass_fields__}
    with newsroom.database.write() as connection:
        add_article(connection, Entry(**values), now=NOW)
    assert train(newsroom).too_few == {"en": 1}


def test_examples_are_read_in_their_language(newsroom: Newsroom) -> None:
    both = schedule(
        security=theme(
            "security", examples=("Une attaque dans le nord du pays", "An attack in the north")
        )
    )
    found = {one: [e.text for e in examples_of(both, one, ["en", "fr"])] for one in ("fr", "en")}
    assert found == {
        "fr": ["Une attaque dans le nord du pays"],
        "en": ["An attack in the north"],
    }


def test_an_example_teaches_words_beside_those_of_the_definition(newsroom: Newsroom) -> None:
    example = "Un entretien dans la capitale."
    plain = train(newsroom)
    with_example = replace(
        newsroom, schedule=schedule(security=theme("security", examples=(example,) * 6))
    )
    taught = train(with_example)
    names = (plain.name, taught.name)
    weight = {name: dict(_weights(newsroom, name))["entretien"] for name in names}
    assert weight[taught.name] > weight[plain.name]


def _weights(newsroom: Newsroom, name: str) -> list[tuple[str, float]]:
    tongue = models.open_model(newsroom, name).languages["fr"]
    weights = tongue.themes["security"].weights
    return [(feature, weights.get(n, 0.0)) for n, feature in enumerate(tongue.features)]
