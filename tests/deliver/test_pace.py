import time
from threading import Event, Thread

from digest.deliver.pace import LocalPace


def test_without_a_hold_nobody_waits() -> None:
    began = time.monotonic()
    LocalPace().wait(Event())
    assert time.monotonic() - began < 0.05


def test_a_hold_stops_every_worker_and_the_longest_counts() -> None:
    pace, ends = LocalPace(), []
    pace.hold(0.15)
    pace.hold(0.01)
    began = time.monotonic()

    def wait() -> None:
        pace.wait(Event())
        ends.append(time.monotonic() - began)

    threads = [Thread(target=wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(end >= 0.14 for end in ends)


def test_a_stop_ends_a_hold() -> None:
    pace, stop = LocalPace(), Event()
    pace.hold(60)
    stop.set()
    began = time.monotonic()
    pace.wait(stop)
    assert time.monotonic() - began < 1
