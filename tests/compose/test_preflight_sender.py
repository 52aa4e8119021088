"""The sender's domain, as mailboxes look it up: records in, plain words out."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.preflight.sender import sender

GOOD: dict[str, tuple[str, ...] | None] = {
    "lettre.fr": ("v=spf1 include:relay.net -all", "google-site-verification=1"),
    "relay.net": ("v=spf1 ip4:192.0.2.1 ~all",),
    "_dmarc.lettre.fr": ("v=DMARC1; p=quarantine; rua=mailto:d@lettre.fr",),
    "s1._domainkey.lettre.fr": ("v=DKIM1; k=rsa; p=MIIB",),
}


class Book:
    """Records that stand in a book; a name that is None is never answered."""

    def __init__(self, records: Mapping[str, tuple[str, ...] | None]) -> None:
        self.records = records
        self.asked: list[str] = []

    def txt(self, name: str) -> tuple[str, ...] | None:
        self.asked.append(name)
        return self.records.get(name, ())


def said(
    changes: Mapping[str, tuple[str, ...] | None], *, domain: str = "lettre.fr", selector: str = ""
) -> list[tuple[str, str, str]]:
    found = sender(domain, Book({**GOOD, **changes}), selector)
    return [(one.code, one.severity.value, one.what) for one in found]


def test_a_domain_in_order_is_told_in_notes_alone() -> None:
    assert said({}, selector="s1") == [
        ("spf", "note", "SPF: v=spf1 include:relay.net -all"),
        ("dkim", "note", "DKIM: a key at s1._domainkey.lettre.fr"),
        ("dmarc", "note", "DMARC: p=quarantine"),
    ]


ELEVEN = "v=spf1 " + " ".join(f"include:{n}.net" for n in range(11)) + " -all"


@pytest.mark.parametrize(
    ("changes", "code", "severity", "words"),
    [
        ({"lettre.fr": ()}, "spf", "warning", "no SPF record"),
        ({"lettre.fr": ("v=spf10 -all",)}, "spf", "warning", "no SPF record"),
        ({"lettre.fr": ("v=spf1 -all", "V=SPF1 ~all")}, "spf", "warning", "2 SPF records"),
        ({"lettre.fr": ("v=spf1 +all",)}, "spf", "warning", "lets anyone send"),
        ({"lettre.fr": ("v=spf1 mx all",)}, "spf", "warning", "lets anyone send"),
        ({"lettre.fr": (ELEVEN,)}, "spf", "warning", "needs 11 look-ups"),
        ({"relay.net": ("v=spf1 a mx ptr exists:x.y -all",)}, "spf", "note", "SPF: "),
        ({"relay.net": ("v=spf1 include:lettre.fr -all",)}, "spf", "note", "SPF: "),
        ({"_dmarc.lettre.fr": ()}, "dmarc", "warning", "no DMARC record"),
        ({"_dmarc.lettre.fr": ("v=DMARC1; p=none",)}, "dmarc", "note", "p=none asks nothing"),
        ({"_dmarc.lettre.fr": ("v=DMARC1; sp=none",)}, "dmarc", "warning", "no policy"),
        (
            {"_dmarc.lettre.fr": ("v=DMARC1; p=none", "v=DMARC1; p=reject")},
            "dmarc",
            "warning",
            "2 DMARC records",
        ),
        ({"s1._domainkey.lettre.fr": ()}, "dkim", "warning", "no DKIM key"),
        ({"s1._domainkey.lettre.fr": ("v=DKIM1; p=",)}, "dkim", "warning", "was withdrawn"),
    ],
)
def test_a_domain_out_of_order(
    changes: Mapping[str, tuple[str, ...]], code: str, severity: str, words: str
) -> None:
    (one,) = [one for one in said(changes, selector="s1") if one[0] == code]
    assert one[1] == severity
    assert words in one[2]


def test_without_a_selector_nothing_is_known_of_dkim() -> None:
    assert ("dkim", "note", "DKIM: not known here, for no selector is set") in said({})


def test_a_policy_of_the_parent_counts_for_a_subdomain() -> None:
    codes = {one[0]: one[2] for one in said({}, domain="news.lettre.fr")}
    assert codes["dmarc"] == "DMARC: p=quarantine"


def test_a_top_level_domain_is_not_asked() -> None:
    book = Book({})
    sender("news.lettre.fr", book)
    assert "_dmarc.lettre.fr" in book.asked
    assert "_dmarc.fr" not in book.asked


@pytest.mark.parametrize("name", ["lettre.fr", "relay.net", "_dmarc.lettre.fr"])
def test_silence_is_one_note(name: str) -> None:
    assert said({name: None}) == [("dns-offline", "note", f"DNS gave no answer about {name}")]


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), st.lists(st.text(max_size=60)).map(tuple)))
def test_no_record_breaks_the_look(records: dict[str, tuple[str, ...]]) -> None:
    assert sender("lettre.fr", Book({**GOOD, **records}), "s1")


@given(st.lists(st.sampled_from(["a.fr", "b.fr", "lettre.fr"]), max_size=30))
def test_policies_that_include_each_other_come_to_an_end(names: list[str]) -> None:
    terms = " ".join(f"include:{name}" for name in names)
    asked = Book(dict.fromkeys(("a.fr", "b.fr", "lettre.fr"), (f"v=spf1 {terms} -all",)))
    sender("lettre.fr", asked)
    assert len(asked.asked) < 100
