"""What is an item called, and does it stay itself on its way through JSON?"""

from dataclasses import replace

import orjson

from digest.collect.items import Item, item_from
from digest.model.article import Mark

ITEM = Item(
    guid=" G1 ",
    url="http://www.fleuve.example/un?utm_source=rss",
    title="Le pont",
    published=("1 mai",),
    content="<p>Été</p>",
    image_width=3,
    marks=frozenset({Mark.PARTIAL}),
)


def test_an_item_s_name_and_fingerprint_are_those_that_are_stored() -> None:
    """Others would have every article of every source read and compared again."""
    assert ITEM.key == "G1|https://fleuve.example/un"
    assert ITEM.fingerprint == "dc0136577cff60ee5e4d846b1903b1f2aa0178d96f291660328ef11746f342f1"


def test_an_item_is_equal_after_it_was_told() -> None:
    assert ITEM.fingerprint
    assert item_from(orjson.loads(orjson.dumps(ITEM.told()))) == ITEM


def test_another_item_has_names_of_its_own() -> None:
    assert ITEM.key
    other = replace(ITEM, guid="G2", title="La route")
    assert other.key != ITEM.key
    assert (other.fingerprint, other.folded_title) != (ITEM.fingerprint, ITEM.folded_title)
