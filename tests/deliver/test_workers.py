import subprocess
import sys

from digest.deliver.workers import is_dead, this_worker


def test_a_live_process_is_never_called_dead() -> None:
    assert not is_dead(this_worker())


def test_a_process_that_ended_is_dead_even_before_it_is_buried() -> None:
    code = "from digest.deliver.workers import this_worker; print(this_worker())"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        worker = child.stdout.read().strip()
        assert is_dead(worker) or child.wait() == 0
    assert is_dead(worker)


def test_a_later_process_of_the_same_number_is_another() -> None:
    assert is_dead(this_worker() + "0")


def test_nothing_is_said_of_other_machines_or_what_cannot_be_read() -> None:
    machine, pid, started = this_worker().rsplit(" ", 2)
    assert not is_dead(f"elsewhere {machine} {pid} {started}0")
    assert not is_dead("")
    assert not is_dead("nonsense")
