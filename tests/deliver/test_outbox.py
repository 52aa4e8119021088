from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest

from digest.deliver.providers.outbox import Outbox, file_name
from digest.deliver.providers.urls import open_provider
from digest.model.delivery import Outcome
from tests.deliver.calls import a_call


def test_each_recipient_has_a_mail_under_a_name_that_follows_from_issue_and_reader(
    tmp_path: Path,
) -> None:
    Outbox(tmp_path).deliver(a_call(2))
    names = sorted(path.name for path in tmp_path.glob("*.eml"))
    assert names == ["hebdo-sahel-1-000001.eml", "hebdo-sahel-1-000002.eml"]
    mail = BytesParser(policy=default).parsebytes((tmp_path / names[1]).read_bytes())
    assert mail["To"].addresses[0].addr_spec == "reader2@readers.example"


def test_the_page_lists_every_mail_and_leads_to_what_it_looks_like(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "deep" / "outbox")
    outbox.deliver(a_call(2))
    outbox.deliver(a_call(1, label="hebdo-sahel-2"))
    outbox.close()
    page = (tmp_path / "deep" / "outbox" / "index.html").read_text()
    assert "Outbox: 3 mails" in page
    assert 'href="hebdo-sahel-1-000002.eml"' in page
    assert 'href="hebdo-sahel-2.html"' in page
    look = (tmp_path / "deep" / "outbox" / "hebdo-sahel-1.html").read_text()
    assert "%%" not in look
    assert "token1" not in look, "the page to look at would unsubscribe a reader"


def test_a_long_list_is_counted_rather_than_listed(tmp_path: Path) -> None:
    for number in range(510):
        (tmp_path / f"x-{number:06}.eml").touch()
    Outbox(tmp_path).close()
    assert "and 10 more" in (tmp_path / "index.html").read_text()


@pytest.mark.parametrize("label", ["../../etc/passwd", "a/b", "", "..", "é<script>"])
def test_no_label_leads_out_of_the_folder(label: str) -> None:
    name = file_name(label, 7)
    assert "/" not in name
    assert not name.startswith(".")
    assert name.endswith("-000007.eml")


def test_what_a_killed_writer_left_is_cleared_away_once_it_is_old(tmp_path: Path) -> None:
    import os

    old, fresh = tmp_path / ".0123-x.eml.part", tmp_path / ".4567-x.eml.part"
    old.touch()
    fresh.touch()
    os.utime(old, (0, 0))
    Outbox(tmp_path).close()
    assert not old.exists()
    assert fresh.exists()


def test_a_folder_that_cannot_be_written_is_a_refusal_for_now(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    receipt = Outbox(tmp_path / "file" / "outbox").deliver(a_call())
    assert (receipt.outcome, receipt.permanent) == (Outcome.REFUSED, False)
    assert "can't write" in receipt.detail


def test_an_outbox_nobody_wrote_to_is_not_made(tmp_path: Path) -> None:
    open_provider(f"outbox://{tmp_path}/none", secrets={}).close()
    assert not (tmp_path / "none").exists()


def test_whose_mail_was_written_before_the_disk_was_full_has_it(tmp_path: Path) -> None:
    (tmp_path / "hebdo-sahel-1-000002.eml").mkdir()
    receipt = Outbox(tmp_path).deliver(a_call(3))
    assert receipt.outcome is Outcome.ACCEPTED
    assert receipt.untried == {2, 3}
    assert "hebdo-sahel-1-000002" in receipt.detail
    again = Outbox(tmp_path).deliver(a_call(to=a_call(3).to[1:]))
    assert (again.outcome, again.permanent) == (Outcome.REFUSED, False)
    assert again.untried == {2, 3}
