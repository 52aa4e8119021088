"""What schedule.yaml says of parameters in links, and what it may not say."""

import pytest

from tests.schedule.texts import SHIPPED, broken, read, small


def test_without_it_links_stay_as_they_are() -> None:
    assert small().newsletters["hebdo"].utm is None


def test_a_source_is_enough() -> None:
    utm = small(utm="{source: sahel}").newsletters["hebdo"].utm
    assert utm is not None
    assert (utm.source, utm.medium, utm.campaign) == ("sahel", "email", "{newsletter}-{number}")
    assert (utm.term, utm.content, utm.spared) == ("", "", ())


def test_what_the_sample_shows_behind_a_hash_is_right() -> None:
    text = SHIPPED.read_text()
    assert "# utm: " in text
    utm = read(text.replace("# utm: ", "utm: ")).newsletters["hebdo-sahel"].utm
    assert utm is not None
    assert utm.spared


def test_the_values_survive_being_written_down() -> None:
    schedule = small(utm="{source: sahel, except: [a.example]}")
    told = schedule.model_dump(mode="json", exclude_unset=True)
    assert type(schedule).model_validate(told) == schedule


@pytest.mark.parametrize(
    ("utm", "complaint"),
    [
        ("{medium: email}", "'newsletters.hebdo.utm' needs 'source'"),
        ('{source: ""}', "source: must not be empty"),
        ("sahel", "utm: must be lines of 'key: value', not 'sahel'"),
        ("{source: a, mediun: b}", "unknown key 'mediun' (did you mean 'medium'?)"),
        ("{source: a, exept: [b.example]}", "unknown key 'exept' (did you mean 'except'?)"),
        ("{source: a, spared: [b.example]}", "unknown key 'spared'"),
        (
            '{source: a, campaign: "{nmber}"}',
            "campaign: nothing is filled in for '{nmber}': write {newsletter}, {number}, {date}",
        ),
        ('{source: "a}"}', "source: nothing is filled in for '}'"),
        ('{source: "{{number}}"}', "source: nothing is filled in for '{}'"),
        ('{source: "a\\nb"}', "source: must be one line, without control characters"),
        (f"{{source: {'a' * 101}}}", "source: is longer than 100 characters"),
        ("{source: a, except: b.example}", "except: must be a list, not 'b.example'"),
        (
            '{source: a, except: ["https://b.example/"]}',
            "except: 'https://b.example/' is no host: write e.g. lemonde.fr",
        ),
        ('{source: a, except: ["*.b.example"]}', "except: '*.b.example' is no host"),
        ("{source: a, except: [localhost]}", "except: 'localhost' is no host"),
    ],
)
def test_a_mistake_is_named_with_its_line(utm: str, complaint: str) -> None:
    found = broken("list: hebdo", f"list: hebdo\n    utm: {utm}")
    assert [one for one in found if one.startswith(f"schedule.yaml:26: {complaint}")], found
