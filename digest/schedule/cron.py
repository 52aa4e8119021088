"""When does a clock strike? Five-field cron, with weekdays by name.

Names only, because numbers mean different days to different programs: cron counts from Sunday = 0,
APScheduler from Monday = 0. Day of month together with weekday is refused for a like reason: cron
reads it as *or*, APScheduler as *and*.
"""

from calendar import monthrange
from dataclasses import dataclass
from functools import lru_cache

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LEAP_YEAR = 2028
_FRENCH = dict(
    zip(("lun", "mar", "mer", "jeu", "ven", "sam", "dim"), WEEKDAYS, strict=True),
)


@dataclass(frozen=True, kw_only=True)
class Cron:
    """The wall-clock minutes that match: each field lists every value it allows, sorted."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    """Indexes into WEEKDAYS: Monday is 0, here and nowhere an editor can see."""


@dataclass(frozen=True, kw_only=True)
class _Field:
    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()
    """Names of the values from `low` on."""


_FIELDS = (
    _Field(name="minute", low=0, high=59),
    _Field(name="hour", low=0, high=23),
    _Field(name="day of month", low=1, high=31),
    _Field(name="month", low=1, high=12, words=MONTHS),
    _Field(name="weekday", low=0, high=6, words=WEEKDAYS),
)


@lru_cache(maxsize=256)
def parse_cron(text: str) -> Cron:
    """Read `53 6 * * fri`.

    Raises:
        ValueError: what is wrong with which field, and how to write it.
    """
    parts = text.split()
    if text.lstrip().startswith("@"):
        raise ValueError(f"{text!r} is a nickname: write five fields such as '53 6 * * fri'")
    if len(parts) != len(_FIELDS):
        raise ValueError(
            f"{text!r} has {len(parts)} fields, not five: minute hour day month weekday, "
            "such as '53 6 * * fri'"
        )
    values = [_expand(part, field) for part, field in zip(parts, _FIELDS, strict=True)]
    cron = Cron(
        minutes=values[0], hours=values[1], days=values[2], months=values[3], weekdays=values[4]
    )
    _refuse_two_kinds_of_day(text, cron)
    _refuse_impossible_dates(text, cron)
    return cron


def _refuse_two_kinds_of_day(text: str, cron: Cron) -> None:
    if len(cron.days) < 31 and len(cron.weekdays) < 7:
        raise ValueError(
            f"{text!r} sets both day of month and weekday, which some programs read as 'and', "
            "others as 'or': set one and write * for the other"
        )


def _refuse_impossible_dates(text: str, cron: Cron) -> None:
    longest = max(monthrange(_LEAP_YEAR, month)[1] for month in cron.months)
    if min(cron.days) > longest:
        raise ValueError(f"{text!r} never comes: no such month has {min(cron.days)} days")


def _expand(part: str, field: _Field) -> tuple[int, ...]:
    values = {value for piece in part.split(",") for value in _expand_piece(piece, field)}
    return tuple(sorted(values))


def _expand_piece(piece: str, field: _Field) -> range | list[int]:
    base, slash, step_text = piece.partition("/")
    step = _step(step_text, field) if slash else 1
    first_text, dash, last_text = base.partition("-")
    if base == "*":
        return range(field.low, field.high + 1, step)
    first = _value(first_text, field)
    if not dash:
        if slash:
            raise ValueError(
                f"{piece!r} in the {field.name}: write */{step} or a range with a step"
            )
        return [first]
    return _between(first, _value(last_text, field), field)[::step]


def _between(first: int, last: int, field: _Field) -> list[int]:
    if first <= last:
        return list(range(first, last + 1))
    if field.words == WEEKDAYS:  # sat-mon goes over the week's end
        return [*range(first, field.high + 1), *range(field.low, last + 1)]
    raise ValueError(f"the {field.name} runs backwards, from {first} to {last}")


def _step(text: str, field: _Field) -> int:
    if not _is_number(text) or not 1 <= int(text) <= field.high:
        raise ValueError(f"step {text!r} in the {field.name}: give a number from 1 to {field.high}")
    return int(text)


def _value(text: str, field: _Field) -> int:
    if text.lower() in field.words:
        return field.low + field.words.index(text.lower())
    if field.words == WEEKDAYS:
        raise ValueError(_not_a_weekday(text))
    if not _is_number(text) or not field.low <= int(text) <= field.high:
        raise ValueError(f"{text!r} is no {field.name}: it goes from {field.low} to {field.high}")
    return int(text)


def _not_a_weekday(text: str) -> str:
    names = ", ".join(WEEKDAYS)
    if _is_number(text):
        return (
            f"weekday {text!r} is a number: 0 is Sunday to cron, Monday to others; "
            f"write a name ({names})"
        )
    meant = _FRENCH.get(text.lower()[:3]) or next(
        (day for day in WEEKDAYS if text.lower()[:3] == day), None
    )
    return f"{text!r} is no weekday: write {f'{meant!r}' if meant else f'one of {names}'}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4
