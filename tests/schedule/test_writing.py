"""Sources are written into schedule.yaml and taken out; everything else stays byte for byte."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from digest.schedule.reading import check_schedule
from digest.schedule.values import Schedule, Source
from digest.schedule.writing import Entry, NoPlaceError, with_sources, without_source
from tests.schedule.texts import SHIPPED, SMALL, read

NEW = {"name": "le-fleuve", "title": "Le Fleuve", "feed": "https://fleuve.example/?feed=rss2&a=b"}
SECOND: Entry = {"name": "second", "feed": "https://second.example/", "weight": 2.0}
_COMMENTS = st.sampled_from(["", "# a remark", "  # deeper", "      # deepest", "\t# after a tab"])
_TITLES = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Co", "Cn")), min_size=1, max_size=40
)


def with_source(content: bytes, entry: Entry) -> bytes:
    return with_sources(content, [entry])


def read_names(schedule: Schedule) -> list[str]:
    return [source.name for source in schedule.sources]


@st.composite
def layouts(draw: st.DrawFn) -> str:
    """The small schedule as other editors would have laid it out."""
    head, rest = SMALL.split("sources:\n")
    _, tail = rest.split("newsletters:\n")
    indent = " " * draw(st.integers(0, 6))
    gap = " " * draw(st.integers(1, 3))
    wide = indent + " " + gap
    block = (
        f"{indent}-{gap}name: 'rfi'   # the first\n{wide}feed: https://rfi.example/rss\n"
        f"{draw(_COMMENTS)}\n"
        f"{indent}-{gap}{draw(st.sampled_from(['{name: inbox, folder: inbox}', 'name: inbox']))}"
    )
    block += "" if block.endswith("}") else f"\n{wide}folder: >-\n{wide}  inbox\n"
    flow = "  [{name: rfi, feed: 'https://rfi.example/rss'},\n  {name: inbox, folder: inbox}"
    flow += draw(st.sampled_from(["]", ",]", " , # all\n  ]"]))
    sources = draw(st.sampled_from([block, flow]))
    newsletters = f"newsletters:\n{tail}"
    sourced = f"sources:\n{sources}\n{draw(_COMMENTS)}\n"
    order = [head, sourced, newsletters] if draw(st.booleans()) else [head, newsletters, sourced]
    text = "".join(order).rstrip("\n") + draw(st.sampled_from(["", "\n", "\n\n# the end\n"]))
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
    return draw(st.sampled_from(["", "\ufeff"])) + text


def _read_or_none(text: str) -> Schedule | None:
    try:
        return read(text)
    except Exception:
        return None


@given(layout=layouts(), title=_TITLES)
def test_what_is_added_is_one_insertion_and_is_read_as_a_further_source(
    layout: str, title: str
) -> None:
    before = _read_or_none(layout)
    assume(before is not None and title.strip())
    assert before is not None
    old, entry = layout.encode(), {**NEW, "title": title}
    new = with_sources(old, [entry, SECOND])
    start = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(old))
    assert any(new[:at] + new[at + len(new) - len(old) :] == old for at in range(start + 1))
    after = check_schedule(new, "schedule.yaml")
    second = Source.model_validate(SECOND)
    assert after.sources == (*before.sources, Source.model_validate(entry), second)
    assert after.model_copy(update={"sources": before.sources}) == before


@given(layout=layouts())
def test_what_was_added_is_taken_out_again_without_a_trace(layout: str) -> None:
    assume(_read_or_none(layout))
    taken = without_source(with_source(layout.encode(), NEW), "le-fleuve")
    assert taken.decode().rstrip("\r\n") == layout.rstrip("\r\n")


@given(layout=layouts(), name=st.sampled_from(["rfi", "inbox"]))
def test_what_is_taken_out_is_one_cut_and_nothing_else_changes(layout: str, name: str) -> None:
    before = _read_or_none(layout)
    assume(before is not None)
    assert before is not None
    after = check_schedule(without_source(layout.encode(), name), "schedule.yaml")
    assert read_names(after) == [one for one in ("rfi", "inbox") if one != name]
    assert after.model_copy(update={"sources": before.sources}) == before


def test_the_shipped_file_gets_lines_like_its_own() -> None:
    old = SHIPPED.read_bytes()
    new = with_source(old, {**NEW, "language": "fr", "weight": 1.5})
    added = (
        "  - name: le-fleuve\n    title: Le Fleuve\n"
        "    feed: https://fleuve.example/?feed=rss2&a=b\n    language: fr\n    weight: 1.5\n"
    )
    assert new.decode().replace(added, "") == old.decode()
    assert f"licence: {{excerpt: 600}}\n{added}\n# --- What" in new.decode()


@pytest.mark.parametrize("name", [source.name for source in read(SHIPPED.read_bytes()).sources])
def test_each_source_of_the_shipped_file_can_be_taken_out(name: str) -> None:
    old = SHIPPED.read_bytes()
    new = without_source(old, name)
    assert name not in read_names(read(new))
    gone = set(old.splitlines()) - set(new.splitlines())
    assert all(b"#" not in line for line in gone)


@pytest.mark.parametrize(
    "title", ["no", "null", "~", "1.5", "a: b", "a #b", "- a", "*a", "'", "{a"]
)
def test_what_yaml_would_read_otherwise_is_quoted(title: str) -> None:
    new = with_source(SMALL.encode(), {**NEW, "title": title})
    assert read(new).sources[-1].title == title


def test_the_lines_of_a_file_from_windows_end_as_its_own_do() -> None:
    new = with_source(SMALL.replace("\n", "\r\n").encode(), NEW)
    assert b"\r\n    title: Le Fleuve\r\n" in new
    assert new.count(b"\n") == new.count(b"\r\n")


def test_comments_right_below_a_source_stay_with_it() -> None:
    text = SMALL.replace("folder: inbox\n", "folder: inbox\n    # our own\n  # of all\n")
    new = with_source(text.encode(), NEW).decode()
    assert "    # our own\n  - name: le-fleuve" in new
    assert "rss2&a=b\n  # of all\n" in new


def test_there_has_to_be_a_place() -> None:
    with pytest.raises(NoPlaceError, match="no list of sources"):
        with_source(b"site: {}\n", NEW)
    with pytest.raises(NoPlaceError, match="no source 'x'"):
        without_source(SMALL.encode(), "x")
    one = without_source(SMALL.encode(), "rfi")
    with pytest.raises(NoPlaceError, match="only source"):
        without_source(one, "inbox")
