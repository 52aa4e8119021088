"""A small schedule.yaml to break in one place at a time."""

from pathlib import Path

from digest.errors import Problem, ScheduleError
from digest.schedule.reading import check_schedule
from digest.schedule.values import Schedule

SMALL = """\
site:
  url: https://lettre.example.org
  organisation: La Lettre
  postal_address: 1 rue des Exemples, Paris
  sender: {name: La Lettre, address: lettre@example.org}
themes:
  sahel-security:
    title: {fr: Sécurité, en: Security}
    keywords: [blocus, "no", 2359]
  diplomacy:
    title: {fr: Diplomatie, en: Diplomacy}
    keywords: [ambassade]
aliases:
  - [JNIM, GSIM]
sources:
  - name: rfi
    feed: https://rfi.example/rss
  - name: inbox
    folder: inbox
newsletters:
  hebdo:
    title: L'hebdo
    language: fr
    timezone: Europe/Paris
    list: hebdo
    draft: "0 18 * * thu"
    send: "53 6 * * fri"
    sections: [sahel-security, diplomacy]
"""
SHIPPED = Path(__file__).parents[2] / "schedule.yaml"


def small(**changes: str) -> Schedule:
    """Read the small schedule with keys of its newsletter set: `small(send="0 8 * * mon")`."""
    text = SMALL
    for key, value in changes.items():
        lines = [line for line in text.splitlines() if not line.startswith(f"    {key}:")]
        text = "\n".join([*lines, f"    {key}: {value}", ""])
    return read(text)


def read(text: str | bytes) -> Schedule:
    content = text.encode() if isinstance(text, str) else text
    return check_schedule(content, "schedule.yaml")


def problems_of(text: str | bytes) -> tuple[Problem, ...]:
    try:
        read(text)
    except ScheduleError as error:
        if not error.problems:
            raise
        return error.problems
    return ()


def complaints(text: str | bytes) -> list[str]:
    return [str(problem) for problem in problems_of(text)]


def broken(old: str, new: str) -> list[str]:
    """Give the complaints about the small schedule with one thing written otherwise."""
    assert old in SMALL, old
    return complaints(SMALL.replace(old, new, 1))
