"""Do the values have the shape of a Schedule? pydantic's findings, in plain words with lines."""

from collections.abc import Iterator, Mapping
from types import NoneType
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from digest.errors import Problem, unknown
from digest.schedule.text import Document, Path
from digest.schedule.values import Schedule


def shape(document: Document) -> Schedule | tuple[Problem, ...]:
    """Give the schedule, or everything that is wrong with single fields."""
    try:
        return Schedule.model_validate(dict(document.values))
    except ValidationError as error:
        return tuple(_problems(document, error))


def _problems(document: Document, error: ValidationError) -> Iterator[Problem]:
    for detail in error.errors(include_url=False):
        path = tuple(part for part in detail["loc"] if part != "[key]")
        yield document.problem(path, _words(document, path, detail))


def _words(document: Document, path: Path, detail: ErrorDetails) -> str:
    name = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
    match detail["type"]:
        case "missing":
            return _missing(document, path)
        case "extra_forbidden":
            return unknown("key", str(path[-1]), _keys(path[:-1]))
        case "value_error":
            return f"{name}: {detail['ctx']['error']}"
        case _:
            return f"{name}: {_complaint(detail)}"


def _missing(document: Document, path: Path) -> str:
    where = ".".join(str(part) for part in path[:-1])
    if path in document.lines:
        return f"'{path[-1]}' has no value"
    return f"'{where}' needs '{path[-1]}'" if where else f"'{path[-1]}' is missing"


def _complaint(detail: ErrorDetails) -> str:  # noqa: PLR0911 - one line a kind of mistake
    context: Mapping[str, Any] = detail.get("ctx", {})
    given = _given(detail["input"])
    match detail["type"]:
        case "literal_error" | "enum":
            choices = context["expected"].replace(" or ", ",").split(",")
            return unknown(
                "value", str(detail["input"])[:60], (word.strip(" '") for word in choices)
            )
        case "string_type":
            return f"must be text, not {given}; text with ': ' in it needs quotes"
        case "int_parsing" | "int_type" | "int_from_float" | "int_parsing_size":
            return f"must be a whole number, not {given}"
        case "float_parsing" | "float_type" | "finite_number":
            return f"must be a number, not {given}"
        case "bool_parsing" | "bool_type":
            return f"must be true or false, not {given}"
        case "tuple_type":
            return f"must be a list, not {given}: write [one, two], or a line '- one' for each"
        case "dict_type" | "model_type":
            return f"must be lines of 'key: value', not {given}"
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            return f"must be {_bound(detail['msg'])}, not {given}"
        case "too_short":
            return f"needs {context['min_length']} or more entries"
        case _:
            return detail["msg"]


def _bound(message: str) -> str:
    words = message.removeprefix("Input should be ")
    return words.replace("greater than or equal to", "at least").replace(
        "less than or equal to", "at most"
    )


def _given(value: object) -> str:
    match value:
        case dict():
            return "lines of 'key: value'"
        case list():
            return "a list"
        case str():
            return repr(value if len(value) <= 60 else value[:60] + "…")
        case _:
            return repr(value)


def _keys(path: Path) -> list[str]:
    """Give the keys of the model at `path`; only models refuse unknown keys."""
    kind: Any = Schedule
    for part in path:
        kind = _field(kind, str(part)) if _is_model(kind) else _entries(kind)
    return [field.alias or name for name, field in kind.model_fields.items()]


def _field(model: type[BaseModel], name: str) -> object:
    """Give a field's type, without the None that says it may be absent."""
    kind = model.model_fields[name].annotation
    choices = get_args(kind)
    return choices[0] if NoneType in choices else kind


def _entries(kind: object) -> object:
    """Give the type of a mapping's values or of a list's entries."""
    return get_args(kind)[1 if get_origin(kind) is dict else 0]


def _is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
