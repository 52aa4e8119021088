"""What is written to whom? From an issue's edition and a recipient to a provider's values."""

from collections.abc import Callable

from digest.deliver.bounces.return_paths import return_paths
from digest.deliver.headers import bulk_headers, message_ids
from digest.deliver.personalise import all_plain
from digest.deliver.provider import Letter, Personal
from digest.model.issue import Edition, Issue, RenderedEdition
from digest.pipeline.newsroom import Newsroom
from subscribers.model import Addressees
from subscribers.tokens import unsubscribe_tokens

PROOF = {"fr": "[Épreuve]", "en": "[Proof]"}
"""What stands before a proof's subject, by language."""


def letter_of(newsroom: Newsroom, issue: Issue, edition: Edition | RenderedEdition) -> Letter:
    """Give what all readers of an edition get."""
    site = newsroom.schedule.site
    return Letter(
        sender_name=site.sender.name,
        sender_address=site.sender.address,
        reply_to=site.reply_to,
        subject=edition.subject,
        html=edition.html,
        text=edition.text,
        language=edition.language,
        tracked=edition.tracked,
        headers=bulk_headers(
            newsletter=issue.newsletter,
            issue_id=issue.id,
            site_url=newsroom.site_url,
            language=edition.language,
        ),
    )


def personals_of(
    newsroom: Newsroom, issue_id: int, list_name: str, readers: Addressees
) -> tuple[Personal, ...]:
    """Give what is each reader's own: their name, and the link that ends their subscription."""
    base = f"{newsroom.site_url}/u/"
    tokens = unsubscribe_tokens(newsroom.secret_key, list_name, readers.ids)
    links, names = [base + token for token in tokens], all_plain(readers.names)
    ids = message_ids(issue_id, newsroom.site_url, readers.ids)
    rows = zip(readers.ids, readers.addresses, names, links, ids, strict=True)
    return tuple(map(Personal._make, rows))


def return_paths_of(newsroom: Newsroom, attempt_id: str) -> Callable[[int], str] | None:
    """Give what tells, by subscriber id, where an attempt's mail comes back to, if it is read."""
    address = newsroom.schedule.site.bounces.address
    return return_paths(newsroom.secret_key, address, attempt_id) if address else None


def proof_letter(newsroom: Newsroom, issue: Issue, edition: RenderedEdition) -> Letter:
    """Give what editors get: the edition, marked as a proof."""
    letter = letter_of(newsroom, issue, edition)
    mark = PROOF.get(edition.language, PROOF["en"])
    return Letter(
        sender_name=letter.sender_name,
        sender_address=letter.sender_address,
        reply_to=letter.reply_to,
        subject=f"{mark} {letter.subject}",
        html=letter.html,
        text=letter.text,
        language=letter.language,
        headers={"Auto-Submitted": "auto-generated", "Content-Language": letter.language},
    )


def proof_personal(newsroom: Newsroom, place: int, address: str) -> Personal:
    """Give what is one editor's own; their unsubscribe link leads to the site and ends nothing."""
    return Personal(id=place, address=address, name="", unsubscribe_url=newsroom.site_url)
