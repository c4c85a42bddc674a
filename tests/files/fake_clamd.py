"""A small clamd: speaks INSTREAM as clamd(8) describes, finds one signature, and can misbehave on request."""

import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path

SIGNATURE = b"X5O!P%@AP-NOT-A-VIRUS"
MAX_STREAM_BYTES = 25 * 1024 * 1024


class FakeClamd:
    """Answers in a thread of its own until it is stopped; `address` is what MADOGUCHI_CLAMD would hold."""

    def __init__(self, *, answer: Callable[[bytes], bytes | None] | None = None, path: Path | None = None) -> None:
        self.answer = answer or self.judged
        self.seen: list[bytes] = []
        self.max_bytes = MAX_STREAM_BYTES
        if path is None:
            self._door = socket.create_server(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{self._door.getsockname()[1]}"
        else:
            self._door = socket.socket(socket.AF_UNIX)
            self._door.bind(str(path))
            self._door.listen()
            self.address = f"unix://{path}"
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @staticmethod
    def judged(data: bytes) -> bytes:
        """Return what clamd would say."""
        return b"stream: Test.Signature FOUND\0" if SIGNATURE in data else b"stream: OK\0"

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                link, _ = self._door.accept()
            except OSError:
                return
            with link:
                self._converse(link)

    def _converse(self, link: socket.socket) -> None:
        link.settimeout(5)
        try:
            data = self._stream(link)
            answer = b"INSTREAM size limit exceeded. ERROR\0" if data is None else self.answer(data)
            if answer is None:
                self._stopped.wait(5)
            else:
                link.sendall(answer)
        except OSError:
            return

    def _stream(self, link: socket.socket) -> bytes | None:
        assert self._read(link, 10) == b"zINSTREAM\0"
        data = b""
        while size := struct.unpack(">I", self._read(link, 4))[0]:
            data += self._read(link, size)
            if len(data) > self.max_bytes:
                return None
        self.seen.append(data)
        return data

    @staticmethod
    def _read(link: socket.socket, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = link.recv(size - len(data))
            if not part:
                raise OSError("hung up")
            data += part
        return data

    def stop(self) -> None:
        """Stop answering and wait for the thread."""
        self._stopped.set()
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join(timeout=6)
