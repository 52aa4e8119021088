"""What one feed says twice: the newest entry about an address is its present text."""

from pathlib import Path

from subscribers.database import Database
from tests.pipeline.rooms import Room
from tests.servers.feeds import serving_feeds

FEED = """<rss version='2.0'><channel><title>Le Fleuve</title>{}</channel></rss>"""
ITEM = """<item><title>Direct</title><link>https://fleuve.example/direct</link><guid>{0}</guid>
<pubDate>Wed, 25 Nov 2026 {0}:00:00 GMT</pubDate><description>Il est {0} heures au bord du fleuve,
et le niveau de l'eau monte encore.</description></item>"""


def test_of_several_entries_about_one_address_the_newest_stays(
    tmp_path: Path, database: Database
) -> None:
    room = Room(root=tmp_path, database=database)
    with serving_feeds() as server:
        room.feed(server.gives("/direct", FEED.format("".join(map(ITEM.format, (12, 11, 10))))))
        room.collect()
        room.collect(only="fleuve")
    [article] = room.articles()
    assert article.description.startswith("Il est 12 heures")


def test_an_hour_without_a_zone_is_the_newsletters_own(tmp_path: Path, database: Database) -> None:
    room = Room(root=tmp_path, database=database)
    dated = ITEM.format(12).replace("Wed, 25 Nov 2026 12:00:00 GMT", "20/11/2026 à 23h42")
    with serving_feeds() as server:
        room.feed(server.gives("/zone", FEED.format(dated)))
        room.collect()
    [article] = room.articles()
    assert f"{article.published.at:%d %H:%M}" == "20 22:42"
