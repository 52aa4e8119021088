"""Which reader understands the answers of which kind of source?"""

from collections.abc import Callable
from typing import TypeAlias

from digest.collect.answers import Answer
from digest.collect.feeds import read_feed
from digest.collect.link_pages import read_page
from digest.collect.readings import Parser, Reading
from digest.collect.sitemaps import read_sitemap
from digest.collect.wordpress import asked_at, read_wordpress

Read: TypeAlias = Callable[[Answer, Parser], Reading]

READERS: dict[str, Read] = {
    "feed": read_feed,
    "page": read_page,
    "sitemap": read_sitemap,
    "wordpress": read_wordpress,
}
"""By the key in schedule.yaml that holds the address."""


def first_address(kind: str, address: str) -> str:
    """Give the address to ask for what schedule.yaml names."""
    return asked_at(address) if kind == "wordpress" else address
