from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.plan import edition_for_all, lots
from digest.model.issue import Edition


@given(st.lists(st.integers(1, 2**32 - 1), unique=True, max_size=200), st.integers(1, 60))
def test_each_recipient_stands_in_exactly_one_lot(ids: list[int], capacity: int) -> None:
    made = list(lots(ids, edition_id=1, list_name="hebdo", capacity=capacity))
    assert [id_ for lot in made for id_ in lot.recipient_ids] == ids
    assert all(1 <= len(lot.recipient_ids) <= capacity for lot in made)


def an_edition(id_: int, language: str) -> Edition:
    return Edition(
        id=id_, issue_id=1, key=language, language=language, subject="s", html="h", text="t"
    )


def test_readers_get_the_edition_in_the_newsletters_language() -> None:
    editions = [an_edition(1, "en"), an_edition(2, "fr")]
    assert edition_for_all(editions, "fr").id == 2
    assert edition_for_all(editions, "ar").id == 1
