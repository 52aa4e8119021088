"""A handler that writes down what it did, and can be made to wait or to fail."""

import threading

from digest.engine.jobs import Job

WAIT = 10.0


class Notebook:
    def __init__(self) -> None:
        self.done: list[str] = []
        self.started = threading.Semaphore(0)
        self.go = threading.Event()
        self.go.set()

    def __call__(self, job: Job) -> None:
        self.started.release()
        assert self.go.wait(WAIT)
        if job.step == "fail":
            raise RuntimeError("no ink")
        self.done.append(job.key)

    def wait_for(self, count: int) -> None:
        for _ in range(count):
            assert self.started.acquire(timeout=WAIT)
