"""What is written to whom? From an issue's edition and a recipient to a provider's values."""

from digest.deliver.headers import bulk_headers, message_id, unsubscribe_headers
from digest.deliver.personalise import values_of
from digest.deliver.provider import Letter, Personal
from digest.model.issue import Edition, Issue, RenderedEdition
from digest.pipeline.newsroom import Newsroom
from subscribers.model import Recipient
from subscribers.tokens import unsubscribe_token

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
        headers=bulk_headers(
            newsletter=issue.newsletter,
            issue_id=issue.id,
            site_url=newsroom.site_url,
            language=edition.language,
        ),
    )


def personal_of(newsroom: Newsroom, issue_id: int, list_name: str, to: Recipient) -> Personal:
    """Give what is one reader's own: their name, and the link that ends their subscription."""
    url = unsubscribe_url(newsroom, to.id, list_name)
    own = message_id(issue_id=issue_id, subscriber_id=to.id, site_url=newsroom.site_url)
    values = values_of(name=to.name, address=to.address, unsubscribe_url=url)
    return Personal(
        id=to.id,
        address=to.address,
        name=values["NAME"],
        values=values,
        headers={**unsubscribe_headers(url), "Message-ID": own},
    )


def unsubscribe_url(newsroom: Newsroom, subscriber_id: int, list_name: str) -> str:
    """Give the address that ends a subscription with one click (RFC 8058)."""
    return (
        f"{newsroom.site_url}/u/{unsubscribe_token(newsroom.secret_key, subscriber_id, list_name)}"
    )


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
    return Personal(
        id=place,
        address=address,
        values=values_of(name="", address=address, unsubscribe_url=newsroom.site_url),
        headers={},
    )
