"""Wire copy, reprints and cuts of one text."""

from collections.abc import Sequence

from digest.group import copies
from digest.group.copies import runs_in
from digest.group.reading import Reading
from digest.model.article import Article
from digest.model.story import Copy
from tests.builders import an_article
from tests.group.newsdesk import convoy, read, summit

WIRE = (
    "Le gouvernement malien a annoncé mercredi la fermeture de douze postes-frontières avec le"
    " Sénégal et la Mauritanie, le temps de réorganiser les escortes qui protègent les convois de"
    " carburant. La mesure entrera en vigueur lundi et durera au moins trois semaines, selon le"
    " ministère des Transports, qui promet des dérogations pour les denrées périssables.\n\nLes"
    " transporteurs dénoncent une décision prise sans eux. Leur syndicat affirme que quatre cents"
    " camions attendent déjà à Diboli, et que les chauffeurs dorment sous leurs véhicules. Il"
    " réclame des indemnités et une rencontre avec le Premier ministre avant la fin de la semaine."
)


def find_copies(readings: Sequence[Reading]) -> list[Copy]:
    return copies.find_copies([(one.article.id, runs_in(one)) for one in readings])


def wire(
    id_: int, body: str = WIRE, title: str = "Le Mali ferme douze postes-frontières"
) -> Article:
    return an_article(id=id_, title=title, description="", body=body)


def test_a_reprint_is_a_copy_of_the_first() -> None:
    (copy,) = find_copies(read([wire(1), wire(2, title="Frontières : Bamako durcit le ton")]))
    assert (copy.article_id, copy.original_id) == (2, 1)
    assert copy.containment > 0.8


def test_a_cut_version_is_a_copy() -> None:
    cut = WIRE.split("\n\n")[0]
    (copy,) = find_copies(read([wire(1), wire(2, cut)]))
    assert copy.article_id == 2


def test_case_accents_and_line_breaks_make_no_other_text() -> None:
    shouted = WIRE.upper().replace("É", "E").replace(" ", "\n", 9)
    assert [copy.article_id for copy in find_copies(read([wire(1), wire(2, shouted)]))] == [2]


def test_another_report_of_the_event_is_no_copy() -> None:
    assert find_copies(read([convoy(1), convoy(2), convoy(3), summit(4)])) == []


def test_a_shared_formula_makes_no_copy_of_a_short_text() -> None:
    formula = "Lisez la suite de cet article réservé aux abonnés sur notre site."
    short = [an_article(id=i, title=f"Titre {i}", description="", body=formula) for i in (1, 2)]
    assert find_copies(read(short)) == []


def test_a_copy_is_never_an_original() -> None:
    found = find_copies(read([wire(number) for number in range(1, 30)]))
    assert {copy.original_id for copy in found} == {1}
    assert len(found) == 28


def test_the_sample_of_runs_is_about_a_quarter() -> None:
    (reading,) = read([wire(1)])
    assert 0.1 < len(runs_in(reading)) / len(reading.body.words) < 0.4
