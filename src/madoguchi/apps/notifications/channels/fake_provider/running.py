"""Starts the fake provider: in a process of its own, or in a thread of a test."""

import argparse
import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from queue import Queue

from madoguchi.apps.notifications.channels.fake_provider.rules import Behaviour
from madoguchi.apps.notifications.channels.fake_provider.server import serve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the port and one option for every setting of the behaviour."""
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    for field in fields(Behaviour):
        kind = type(field.default)
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=kind, default=field.default)


def run(arguments: argparse.Namespace, say: Callable[[str], None]) -> None:
    """Serve until interrupted; `say` is told the address as soon as it answers."""
    behaviour = Behaviour(**{field.name: getattr(arguments, field.name) for field in fields(Behaviour)})
    try:
        asyncio.run(serve(behaviour, port=arguments.port, ready=lambda port: say(f"http://127.0.0.1:{port}")))
    except KeyboardInterrupt:
        return


def main(arguments: Sequence[str] | None, say: Callable[[str], None]) -> None:
    """Read the arguments of a command line and serve."""
    parser = argparse.ArgumentParser(description="A local fake of the providers of LINE and SMS.")
    add_arguments(parser)
    run(parser.parse_args(arguments), say)


@contextmanager
def running(behaviour: Behaviour) -> Iterator[str]:
    """Serve in a thread as long as the block lasts; yields the address without a slash at its end."""
    ready: Queue[int] = Queue()
    loop = asyncio.new_event_loop()
    task = loop.create_task(serve(behaviour, ready=ready.put))

    def work() -> None:
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{ready.get(timeout=10)}"
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(timeout=10)
