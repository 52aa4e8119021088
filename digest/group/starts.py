"""What do stories begin with? Texts alone, and what was put together before, or by an editor."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from digest.group.clusters import Cluster
from digest.group.ruled import obeying
from digest.group.traits import Traits
from digest.model.ruling import Rulings
from digest.model.story import Copy

_NOBODY: frozenset[int] = frozenset()


def start(
    traits: Sequence[Traits],
    copies: Iterable[Copy],
    settled: Iterable[Sequence[int]],
    rulings: Rulings,
) -> list[Cluster]:
    """Make the clusters to begin with, of the articles' places; copies are in none.

    What stands in `settled` is together, as far as editors did not rule otherwise. A round-up of
    many events is a story of its own, unless an editor joins it with another.
    """
    ids = [one.id for one in traits]
    original = {copy.article_id: copy.original_id for copy in copies}
    place = {article: at for at, article in enumerate(ids)}
    before = {article for members in settled for article in members}
    apart = _apart(rulings, place, original)
    clusters = []
    for group in _groups(ids, original, settled, rulings):
        members = [place[article] for article in group]
        kept_out = _NOBODY.union(*(apart.get(member, ()) for member in members))
        kept_out = kept_out.difference(members) or _NOBODY  # one value for most: they are many
        known = not before.isdisjoint(group)
        alone = all(traits[member].round_up for member in members)
        clusters.append(Cluster(members=members, settled=known, alone=alone, apart=kept_out))
    return clusters


def _groups(
    ids: Sequence[int],
    original: Mapping[int, int],
    settled: Iterable[Sequence[int]],
    rulings: Rulings,
) -> list[tuple[int, ...]]:
    texts = [article for article in ids if article not in original]
    there = set(ids)
    groups = [[article for article in members if article in there] for members in settled]
    home = {article: at for at, group in enumerate(groups) for article in group}
    whole: dict[object, list[int]] = {}
    for text in texts:
        whole.setdefault(("settled", home[text]) if text in home else text, []).append(text)
    together = frozenset(
        (min(pair), max(pair))
        for one, other in rulings.together
        if (pair := {original.get(one, one), original.get(other, other)}) and len(pair) == 2
    )
    return obeying(list(whole.values()), Rulings(apart=rulings.apart, together=together))


def _apart(
    rulings: Rulings, place: Mapping[int, int], original: Mapping[int, int]
) -> Mapping[int, set[int]]:
    """Map texts' places to those of texts apart; what holds for a copy holds for its original."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for pair in rulings.apart:
        one, other = (place.get(original.get(article, article)) for article in pair)
        if one is not None and other is not None and one != other:
            found[one].add(other)
            found[other].add(one)
    return found
