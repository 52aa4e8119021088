"""Ready-made nouns for tests: say only what the test is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from digest.model.article import Article, Entry, Precision, Published
from digest.model.issue import Brief, Issue, IssueContent, IssueState, Section

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def published(at: datetime = NOON, precision: Precision = Precision.MINUTE) -> Published:
    return Published(at=at, precision=precision, raw=at.isoformat())


def an_entry(**changes: Any) -> Entry:
    return Entry(**(_entry_values() | changes))


def an_article(**changes: Any) -> Article:
    values = _entry_values() | {"id": 1, "first_seen_at": NOON, "updated_at": NOON}
    if "id" in changes:
        values["key"] = f"https://presse.example/{changes['id']}"
        values["url"] = values["key"]
    return Article(**(values | changes))


def _entry_values() -> dict[str, Any]:
    return {
        "key": "https://presse.example/bamako",
        "url": "https://presse.example/bamako",
        "source": "presse",
        "title": "Bamako rappelle son ambassadeur",
        "language": "fr",
        "published": published(),
        "description": "Le Mali rappelle son ambassadeur après une attaque.",
        "body": "Le Mali a rappelé mardi son ambassadeur.\n\nLa décision suit une attaque.",
    }


def a_brief(**changes: Any) -> Brief:
    values: dict[str, Any] = {
        "story_id": 1,
        "article_ids": (1,),
        "headline": "Bamako rappelle son ambassadeur",
        "url": "https://presse.example/bamako",
        "source": "La Presse",
        "language": "fr",
        "published_at": NOON,
        "precision": Precision.MINUTE.value,
        "summary": "Le Mali a rappelé mardi son ambassadeur. La décision suit une attaque.",
    }
    return Brief(**(values | changes))


def an_issue(**changes: Any) -> Issue:
    section = Section(theme="diplomacy", title="Diplomatie", briefs=(a_brief(),))
    values: dict[str, Any] = {
        "id": 1,
        "newsletter": "hebdo-sahel",
        "number": 1,
        "slot": NOON + timedelta(days=2),
        "state": IssueState.DRAFT,
        "version": 1,
        "content": IssueContent(
            subject="Sujet",
            preheader="Aperçu : Djibo coupée, urgence prolongée, Ménaka isolée",
            sections=(section,),
        ),
        "created_at": NOON,
        "changed_at": NOON,
    }
    return Issue(**(values | changes))
