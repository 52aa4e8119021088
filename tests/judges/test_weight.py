"""How heavy is an issue as its reader gets it, and does its text part tell what the HTML tells?"""

import re
from collections import Counter

import lxml.html
import pytest

from digest.compose.preflight.size import CLIP
from digest.deliver.personalise import cut
from tests.judges.issues import Sample, reader_of, samples

NAMES = ["one", "ten", "nineteen"]
A_STORY = 5_000
"""Bytes of HTML that a story may take, its share of what stands around all of them included."""
LONGEST = reader_of("a" * 64 + "@" + ".".join(["b" * 63, "c" * 63, "d" * 53, "example"]))
"""254 characters: no address is longer (RFC 5321 §4.5.3.1.3)."""
ENOUGH = 0.9
"""The share of the HTML's words that the text part must have."""


@pytest.mark.parametrize("name", NAMES)
def test_no_mailbox_clips_an_issue(name: str) -> None:
    sample = samples()[name]
    size = len(cut(sample.edition.html).fill(LONGEST.values).encode())
    assert len(LONGEST.address) == 254
    assert size < CLIP
    assert len(sample.briefs) == 1 or size <= A_STORY * len(sample.briefs)


@pytest.mark.parametrize("name", NAMES)
def test_the_text_part_tells_what_the_html_tells(name: str) -> None:
    sample = samples()[name]
    told, wanted = words(without_links(sample.text)), words(seen(sample.html))
    missing = wanted - told
    assert 1 - missing.total() / wanted.total() >= ENOUGH, missing.most_common(20)


@pytest.mark.parametrize("name", NAMES)
def test_every_link_of_a_story_stands_in_both_parts(name: str) -> None:
    sample = samples()[name]
    text, links = (
        set(sample.text.split()),
        set(lxml.html.fromstring(sample.html).xpath("//a/@href")),
    )
    assert stories_links(sample) - text == set()
    assert stories_links(sample) - links == set()


def stories_links(sample: Sample) -> set[str]:
    own = {brief.url for brief in sample.briefs}
    return own | {mention.url for brief in sample.briefs for mention in brief.also}


def seen(html: str) -> str:
    """Give the words that stand on a page, hidden ones left out."""
    body = lxml.html.fromstring(html).find("body")
    for hidden in body.xpath(".//comment() | .//*[contains(@style, 'display:none')]"):
        hidden.drop_tree()
    return " ".join(body.itertext())


def without_links(text: str) -> str:
    return re.sub(r"https?://\S+", "", text)


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.casefold()))
