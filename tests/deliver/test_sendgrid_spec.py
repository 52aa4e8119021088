"""Our request against SendGrid's own OpenAPI description, where that is at hand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from digest.deliver.provider import Letter
from digest.deliver.providers.sendgrid_request import Packed, constant_part
from tests.deliver.calls import a_call, a_letter

SPEC = Path(__file__).parents[3] / "shared" / "data" / "sendgrid-oai" / "tsg_mail_v3.yaml"
KINDS = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    if not SPEC.is_file():
        pytest.skip("../shared/data/sendgrid-oai is not there: the request is not checked by it")
    described: dict[str, Any] = yaml.safe_load(SPEC.read_text())
    return described


def the_request(letter: Letter) -> Any:
    return orjson.loads(Packed(a_call(50, letter=letter), constant_part(letter, sandbox=True)).body)


def the_schema(spec: dict[str, Any]) -> dict[str, Any]:
    body = spec["components"]["requestBodies"]["PostMailSend"]
    schema: dict[str, Any] = body["content"]["application/json"]["schema"]
    return schema


@pytest.mark.parametrize("letter", [a_letter(), a_letter(reply_to="", sender_name="", text="")])
def test_a_request_is_as_the_description_says(spec: dict[str, Any], letter: Letter) -> None:
    assert list(faults(the_request(letter), the_schema(spec), spec, "request")) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"subject": ""}, "request.subject: too short"),
        ({"content": "x"}, "request.content: not array"),
        ({"categories": ["x"] * 11}, "request.categories: too many"),
        ({"pixel": True}, "request.pixel: not described"),
    ],
)
def test_the_check_itself_finds_faults(
    spec: dict[str, Any], changes: dict[str, Any], fault: str
) -> None:
    request = the_request(a_letter()) | changes
    assert fault in list(faults(request, the_schema(spec), spec, "request"))


def faults(value: Any, schema: dict[str, Any], spec: dict[str, Any], at: str) -> Iterator[str]:
    """Give where a value departs from its schema: the part of OpenAPI that this one uses."""
    schema = resolved(schema, spec)
    kind = schema.get("type")
    if kind and not isinstance(value, KINDS[kind]):
        yield f"{at}: not {kind}"
    elif isinstance(value, str):
        yield from _in_text(value, schema, at)
    elif isinstance(value, list):
        yield from _in_list(value, schema, spec, at)
    elif isinstance(value, dict) and "properties" in schema:
        yield from _in_object(value, schema, spec, at)


def resolved(schema: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found = spec
    for name in schema["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


def _in_text(value: str, schema: dict[str, Any], at: str) -> Iterator[str]:
    if len(value) < schema.get("minLength", 0):
        yield f"{at}: too short"
    if len(value) > schema.get("maxLength", len(value)):
        yield f"{at}: too long"


def _in_list(
    value: list[Any], schema: dict[str, Any], spec: dict[str, Any], at: str
) -> Iterator[str]:
    if len(value) > schema.get("maxItems", len(value)):
        yield f"{at}: too many"
    for place, item in enumerate(value):
        yield from faults(item, schema.get("items", {}), spec, f"{at}.{place}")


def _in_object(
    value: dict[str, Any], schema: dict[str, Any], spec: dict[str, Any], at: str
) -> Iterator[str]:
    for name in schema.get("required", []):
        if name not in value:
            yield f"{at}.{name}: missing"
    for name, item in value.items():
        described = schema["properties"].get(name)
        if described is None:
            yield f"{at}.{name}: not described"
        else:
            yield from faults(item, described, spec, f"{at}.{name}")
