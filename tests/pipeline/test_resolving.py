"""DNS: records as they stand, none where there are none, and no answer within seconds."""

import time

import pytest

from digest.pipeline.resolving import Resolver
from tests.servers.names import serving_names

BOOK = {"lettre.example": ['"v=spf1 " "-all"', '"é"'], "bare.example": []}


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("lettre.example", {"v=spf1 -all", "é"}),
        ("bare.example", set()),
        ("other.example", set()),
        ("x" * 64 + ".example", None),
        ("", set()),
        ("a..b", None),
    ],
)
def test_records_are_read_as_they_stand(name: str, texts: set[str] | None) -> None:
    with serving_names(BOOK) as port:
        found = Resolver(("127.0.0.1",), port=port).txt(name)
    assert (None if found is None else set(found)) == texts


def test_silence_ends_in_time_however_many_names_are_asked() -> None:
    began = time.monotonic()
    with serving_names({}, silent=True) as port:
        resolver = Resolver(("127.0.0.1",), port=port, altogether=0.5)
        assert [resolver.txt(f"{n}.example") for n in range(20)] == [None] * 20
    assert time.monotonic() - began < 5
