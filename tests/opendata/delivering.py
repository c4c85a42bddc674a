"""A worker that delivers webhooks until it is done or killed: `python delivering.py FILE SECONDS_AHEAD`.

What the receiver gets is written to the file at once, one line per message, so that a kill loses nothing of it.
"""

import os
import sys
import time
from datetime import UTC, datetime, timedelta

import django
import httpx

BEGUN = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


class Writing(httpx.BaseTransport):
    """A receiver that writes down what it gets and takes a moment to answer."""

    def __init__(self, path: str) -> None:
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        os.write(self.file, f"{request.headers['webhook-id']}\n".encode())
        time.sleep(0.01)
        return httpx.Response(200)


def main() -> None:
    django.setup()
    from madoguchi.apps.opendata.webhooks import calling, delivering

    calling.TRANSPORT = Writing(sys.argv[1])
    begun, real = BEGUN + timedelta(seconds=int(sys.argv[2])), time.monotonic()
    os.write(1, b"ready\n")
    delivering.deliver_waiting(clock=lambda: begun + timedelta(seconds=time.monotonic() - real), most=10_000)


if __name__ == "__main__":
    main()
