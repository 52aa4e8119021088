"""How do editors get to see an issue before its readers do? As mail, marked as a proof."""

from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta

from digest.deliver.batches import Patience
from digest.deliver.provider import Call, Provider
from digest.errors import DeliveryError, NotFoundError, unknown
from digest.model.delivery import Outcome
from digest.model.issue import Issue, RenderedEdition
from digest.pipeline.letters import proof_letter, proof_personal
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.sharing import full_editions
from digest.storage import issues
from subscribers.addresses import read_address


def send_proof(
    newsroom: Newsroom, issue_id: int, to: str | Sequence[str], *, only: Sequence[str] = ()
) -> str:
    """Send editions to their editors, marked as proofs; give where they went.

    Every edition that a reader gets who chose no themes, or those whose keys are in `only`.

    Raises:
        AddressError: one of `to` is no address.
        NotFoundError: one of `only` is no edition; names those that there are.
        DeliveryError: the provider did not take it.
    """
    given = [to] if isinstance(to, str) else to
    addresses = list(dict.fromkeys(read_address(one).text for one in given))
    if not addresses:
        raise DeliveryError("nobody to send the proof to: name an address, or editors in the file")
    with newsroom.database.read() as connection:
        issue = issues.issue(connection, issue_id)
    editions = _chosen(newsroom, issue, only)
    with closing(newsroom.provider()) as provider:
        for edition in editions:
            _send_proof(newsroom, issue, edition, addresses, provider)
        return provider.where


def _chosen(newsroom: Newsroom, issue: Issue, only: Sequence[str]) -> list[RenderedEdition]:
    rendered = full_editions(newsroom, issue, newsroom.newsletter(issue.newsletter))
    known = {edition.key: edition for _, edition in rendered.values()}
    for key in only:
        if key not in known:
            raise NotFoundError(unknown("edition", key, known))
    return [known[key] for key in only or known]


def _send_proof(
    newsroom: Newsroom,
    issue: Issue,
    edition: RenderedEdition,
    to: Sequence[str],
    provider: Provider,
) -> None:
    personals = [proof_personal(newsroom, place, one) for place, one in enumerate(to, start=1)]
    for start in range(0, len(personals), provider.capacity):
        call = Call(
            attempt_id=f"proof-{issue.id}-{issue.version}-{edition.key}-{start}",
            issue_id=0,
            batch_id=0,
            letter=proof_letter(newsroom, issue, edition),
            to=tuple(personals[start : start + provider.capacity]),
            deadline=newsroom.clock() + timedelta(seconds=Patience().longest_call),
            label=f"{issue.newsletter}-{issue.number}-{edition.key}-proof",
        )
        receipt = provider.deliver(call)
        short = receipt.refused or receipt.unknown or receipt.untried
        if receipt.outcome is not Outcome.ACCEPTED or short:
            raise DeliveryError(f"the proof was not taken ({receipt.outcome}): {receipt.detail}")
