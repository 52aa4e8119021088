"""What do the readers' pages say, in which language?"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Words:
    """All sentences of the pages in one language. {…} are filled in, escaped, by the templates."""

    leave: str
    leave_text: str
    leave_button: str
    leave_note: str
    left: str
    left_text: str
    left_note: str
    bad_link: str
    bad_link_text: str
    not_found: str
    not_found_text: str
    refused: str
    refused_text: str
    failed: str
    failed_text: str
    contact: str
    """Comes before the address to write to."""


FRENCH = Words(
    leave="Se désabonner",
    leave_text="Voulez-vous ne plus recevoir «\u202f{newsletter}\u202f» à l’adresse"
    " {address}\u202f?",
    leave_button="Me désabonner",
    leave_note="Rien ne change tant que vous n’avez pas appuyé sur ce bouton.",
    left="Votre désabonnement est enregistré",
    left_text="«\u202f{newsletter}\u202f» ne vous sera plus envoyé.",
    left_note="Il n’y a rien d’autre à faire. Un numéro déjà parti peut encore vous parvenir.",
    bad_link="Ce lien ne fonctionne pas",
    bad_link_text="Il est incomplet ou a été modifié\u00a0: certains logiciels coupent les longs"
    " liens. Ouvrez-le de nouveau depuis le bas du courriel. Si cela ne suffit pas, écrivez-nous"
    " et nous vous désabonnerons nous-mêmes.",
    not_found="Page introuvable",
    not_found_text="Il n’y a rien à cette adresse.",
    refused="Demande refusée",
    refused_text="Cette page ne peut pas répondre à une telle demande. Rien n’a été changé.",
    failed="Une panne de notre côté",
    failed_text="Votre demande n’a peut-être pas été enregistrée. Réessayez dans quelques"
    " minutes\u00a0; si cela recommence, écrivez-nous.",
    contact="Une question, une erreur\u202f?",
)

ENGLISH = Words(
    leave="Unsubscribe",
    leave_text="Do you want to stop receiving “{newsletter}” at {address}?",
    leave_button="Unsubscribe me",
    leave_note="Nothing changes until you press this button.",
    left="You are unsubscribed",
    left_text="“{newsletter}” will not be sent to you any more.",
    left_note="There is nothing else to do. An issue already on its way may still arrive.",
    bad_link="This link doesn’t work",
    bad_link_text="It is incomplete or was changed: some programs cut long links. Open it again"
    " from the foot of the email. If that doesn’t help, write to us and we will unsubscribe you"
    " ourselves.",
    not_found="Page not found",
    not_found_text="There is nothing at this address.",
    refused="Request refused",
    refused_text="This page can’t answer such a request. Nothing was changed.",
    failed="Something broke on our side",
    failed_text="Your request may not have been recorded. Try again in a few minutes; if it"
    " happens again, write to us.",
    contact="A question, a mistake?",
)

LANGUAGES: Mapping[str, Words] = {"fr": FRENCH, "en": ENGLISH}
_LONGEST_HEADER = 500


def choose(accepted: str, default: str) -> str:
    """Choose a language by an Accept-Language header (RFC 9110 §12.5.4)."""
    ranges = accepted[:_LONGEST_HEADER].split(",")
    wishes = sorted(map(_wish, ranges), key=lambda wish: -wish[1])
    known = (name for name, weight in wishes if weight > 0 and name in LANGUAGES)
    return next(known, default)


def _wish(text: str) -> tuple[str, float]:
    tag, _, parameter = text.partition(";")
    name = tag.strip().lower().partition("-")[0]
    try:
        return name, float(parameter.strip().removeprefix("q=")) if parameter else 1.0
    except ValueError:
        return name, 0.0
