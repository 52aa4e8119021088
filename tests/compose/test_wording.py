"""The words around the editors': in both languages, and none idle."""

from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from digest.compose import document, note, wording
from digest.model.issue import IssueState
from tests.compose.desk import TEMPLATES


def translated(language: str) -> dict[str, tuple[str, ...]]:
    with (wording.LOCALE / language / "digest.po").open("rb") as file:
        return {
            message.id if isinstance(message.id, str) else message.id[0]: strings(message)
            for message in read_po(file)
            if message.id
        }


def strings(message: Message) -> tuple[str, ...]:
    found = message.string or ""
    return (found,) if isinstance(found, str) else tuple(found)


def said(folder: Path, method: str) -> set[str]:
    found = extract_from_dir(folder, method_map=[("**", method)])
    return {message[0] if isinstance(message, tuple) else message for _, _, message, *_ in found}


def test_every_word_around_the_editors_is_in_both_languages_and_none_is_idle() -> None:
    mail, pages = said(TEMPLATES / "email", "jinja2"), said(TEMPLATES / "web", "jinja2")
    desk = said(TEMPLATES / "desk", "jinja2")
    code = said(Path(document.__file__).parent, "python")
    french, english = translated("fr"), translated("en")
    assert mail
    assert pages
    code |= {
        *IssueState,
        document._RULES,
        document._SEGMENT,
        document._LEFT_OUT,
        document._AGENDA,
        *note.MESSAGES,
    }
    assert code | mail | pages | desk == set(french)
    assert [message for message, strings in french.items() if not all(strings)] == []
    assert {m for m, strings in french.items() if len(strings) > 1} == set(english)


def test_a_months_first_day_is_written_as_each_language_does() -> None:
    first = datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert wording.long_date(first, "fr", "Europe/Paris") == "mardi 1er décembre 2026"
    assert wording.long_date(first, "en", "Europe/Paris") == "Tuesday, 1 December 2026"
    assert wording.short_date(first, "fr", "Europe/Paris", "day") == "1er déc."
    assert wording.short_date(first.replace(day=11), "fr", "Europe/Paris", "day") == "11 déc."
    assert wording.days(first, first.replace(day=4), "fr", "UTC").startswith("1er–4")
