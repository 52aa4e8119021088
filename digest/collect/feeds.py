"""Which items does an answer hold? RSS, Atom, RDF, JSON Feed, or the reason why it holds none."""

from dataclasses import replace

from digest.collect.answers import Answer
from digest.collect.charset import decode
from digest.collect.items import item_from
from digest.collect.json_feed import is_json, read_json_feed
from digest.collect.readings import Imprinted, Parser, Reading
from digest.collect.repair import NEWEST, newest_note
from digest.collect.worker import ParseError


def read_feed(answer: Answer, parser: Parser) -> Reading:
    """Read a feed's items; an answer that is cut gives its whole ones, and says so."""
    text = decode(answer.body, charset=answer.charset)
    if not text.strip():
        return Reading(error="the answer is empty")
    reading = _json(text) if is_json(text) else _xml(text, answer, parser)
    if answer.cut and reading.error:
        return Reading(error=f"the answer is {answer.cut}")
    notes = (f"the answer is {answer.cut}",) if answer.cut else ()
    return replace(reading, notes=notes + reading.notes)


def _json(text: str) -> Reading:
    found = read_json_feed(text, newest=NEWEST)
    if found is None:
        return Reading(error="the answer is JSON, but no JSON Feed")
    items, total = found
    notes = (newest_note(total),) if total > len(items) else ()
    return Reading(items=tuple(items), notes=notes)


def _xml(text: str, answer: Answer, parser: Parser) -> Reading:
    try:
        parsed = parser.run("feed", text, base=answer.url)
    except ParseError as error:
        return Reading(error=f"the feed can't be read: {error}")
    if "no_feed" in parsed:
        return Reading(error=parsed["no_feed"])
    language = parsed["language"] or answer.language
    items = (item_from({"language": language} | values) for values in parsed["items"])
    return Reading(
        items=tuple(items)[:NEWEST],
        notes=tuple(parsed["notes"]),
        imprinted=parsed.get("imprinted", Imprinted()),
    )
