"""May a person be put on a list by somebody else? One rule, for an admin's word and for a file."""

from subscribers.model import SubscriptionState, Verdict


def admit(
    state: SubscriptionState | None, *, suppressed: bool, has_left: bool, consent: bool
) -> Verdict:
    """Judge: no file and no admin overrides a suppression or an unsubscription.

    `has_left`: the evidence holds an unsubscription that was not undone, whatever was asked or
    erased since; only the person's own answer to a mail counts after that.
    """
    if suppressed:
        return Verdict.SUPPRESSED
    match state:
        case SubscriptionState.CONFIRMED:
            return Verdict.ALREADY_THERE
        case SubscriptionState.PENDING:
            return Verdict.ACCEPTED if consent and not has_left else Verdict.ALREADY_THERE
        case SubscriptionState.UNSUBSCRIBED:
            return Verdict.UNSUBSCRIBED
        case None:
            return Verdict.UNSUBSCRIBED if has_left else Verdict.ACCEPTED
