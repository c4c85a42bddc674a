"""Jobs that run at the same time, each in a thread with a connection of its own."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections


def at_once(jobs: Sequence[Callable[[], Any]]) -> list[BaseException]:
    """Run jobs in threads that begin together; return what they raised."""
    barrier, raised = threading.Barrier(len(jobs)), []

    def run(job: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            job()
        except BaseException as problem:
            raised.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised
