"""What is ruled out at a glance before a feed is mended is what mending would find."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.clean import without_giant_tags
from digest.collect.repair import has_few, mended

GIANT = 20_000


@pytest.mark.parametrize("odd", [*"\x00\x08\x0b\x0c\x0e\x1f\x7f\ufffe\uffff\ud800\udfff"])
def test_a_control_character_is_removed_wherever_it_stands(odd: str) -> None:
    feed = mended(f"<rss><channel><title>Un {odd}pont</title></channel></rss>")
    assert feed is not None
    assert "Un pont" in feed.text


@pytest.mark.parametrize("usual", [*"\t\n\r\x80\xa0é\ud7ff\ue000\ufeff\ufffd한😀"])
def test_other_characters_stay(usual: str) -> None:
    feed = mended(f"<rss><channel><title>Un {usual}pont</title></channel></rss>")
    assert feed is not None
    assert f"Un {usual}pont" in feed.text


@given(st.integers(0, 3 * GIANT), st.integers(0, 3 * GIANT))
def test_a_giant_tag_is_found_wherever_it_begins(before: int, behind: int) -> None:
    giant = f"<p {'a' * GIANT}>"
    around = "<" * before, "<" * behind
    assert without_giant_tags(f"{around[0]}{giant}{around[1]}") == "<p>".join(around)
    small = f"{around[0]}<p {'a' * (GIANT - 1)}>{around[1]}"
    assert without_giant_tags(small) == small


@pytest.mark.parametrize("closing", ["</item>", "</entry>", "</x:item>"])
def test_entries_are_counted_where_there_may_be_too_many(closing: str) -> None:
    assert has_few(closing * 5_000)
    assert not has_few(closing * 5_001)


@pytest.mark.parametrize("closing", ["</rss>", "</RSS>", "</x:rss>", "</rss \n>", "</rss>\n\n"])
def test_a_feed_that_ends_is_whole(closing: str) -> None:
    feed = mended(f"<rss><item></item><item>{closing}")
    assert feed is not None
    assert feed.text.endswith(closing)
    assert not feed.notes
