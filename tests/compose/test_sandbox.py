"""A template is an editor's, and whoever wrote it runs no code with it."""

from pathlib import Path

import pytest
from jinja2.exceptions import SecurityError

from digest.compose.environment import environment
from digest.compose.linting.kinds import attribute, names
from digest.schedule.values import Value
from tests.compose.desk import BRAND, TEMPLATES

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
"""Jinja reads an attribute before it asks whether a template may have it; pydantic then warns."""

PICKLE = (
    r"""{{ brand.parse_raw("cposix\nsystem\n(S'touch THERE'\ntR.","""
    """ proto="pickle", allow_pickle=true) }}"""
)
GLOBALS = (
    "{{ brand.model_fields.name.annotation.format('{0.__class__.__init__.__globals__}', brand) }}"
)


class Person(Value):
    """Somebody, with what a class may declare of its own."""

    name: str

    @property
    def greeting(self) -> str:
        return f"Hello {self.name}"

    def shout(self) -> str:
        return self.name.upper()


def filled(text: str, **given: object) -> str:
    made = environment(TEMPLATES / "email", "fr")
    return made.from_string(text).render(given)


def test_no_pickle_is_read(tmp_path: Path) -> None:
    there = tmp_path / "there"
    with pytest.raises(SecurityError, match="parse_raw"):
        filled(PICKLE.replace("THERE", str(there)), brand=BRAND)
    assert not there.exists()


@pytest.mark.parametrize(
    "text",
    [
        GLOBALS,
        "{{ one.shout() }}",
        "{{ one['model_dump']() }}",
        "{{ (one|attr('model_copy'))() }}",
        "{{ '{0.model_fields}'.format(one) }}",
        "{{ kind.format('{0.__class__}', one) }}",
        "{{ unbound('{0.__class__}', one) }}",
        "{{ unbound_map('{a.__class__}', {'a': one}) }}",
        "{{ Person.model_fields.name }}",
    ],
)
def test_nothing_leads_from_data_to_code(text: str) -> None:
    unbound = {"unbound": str.format, "unbound_map": str.format_map}
    with pytest.raises(SecurityError):
        filled(text, one=Person(name="Awa"), kind=str, Person=Person, brand=BRAND, **unbound)


def test_fields_and_own_properties_are_had() -> None:
    one = Person(name="Awa")
    assert filled("{{ one.name }}: {{ one['greeting'] }}", one=one) == "Awa: Hello Awa"
    assert filled("{{ '{0.name} {1}'.format(one, 2) }}", one=one) == "Awa 2"


def test_the_check_knows_only_what_the_sandbox_lets_be_had() -> None:
    assert names(Person) == ["greeting", "name"]
    assert attribute(Person, "greeting") is str
    assert attribute(Person, "model_fields") is None
    assert attribute(type(BRAND), "parse_raw") is None
    assert names(type[Person]) == []
