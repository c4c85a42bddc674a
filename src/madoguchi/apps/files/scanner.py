"""A client of the virus scanner clamd: sends bytes by INSTREAM over TCP or a unix socket and reads one answer.

Protocol: clamd(8) of ClamAV, command INSTREAM with the `z` prefix (answers end with a zero byte). It decides nothing:
whatever is no plain OK or FOUND is a `ScannerFailed`, so that a strange answer never makes a file usable.
"""

import re
import socket
import struct
import time
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

_LENGTH = struct.Struct(">I")
_PART_BYTES = 256 * 1024
_MAX_ANSWER_BYTES = 4_096
_FOUND = re.compile(r"stream: (?P<name>[ -~]{1,200}) FOUND")
TIMEOUT_SECONDS = 60.0


class ScannerFailed(Exception):
    """The scanner was not reached, was too slow, or gave no clear answer: the file waits and is sent again."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the scanner said; `signature` names what it found, empty = clean."""

    signature: str = ""

    @property
    def clean(self) -> bool:
        """Tell whether nothing was found."""
        return not self.signature


def scan(data: bytes, *, address: str, timeout_seconds: float = TIMEOUT_SECONDS) -> Verdict:
    """Return the scanner's verdict; raise `ScannerFailed`. The time is a limit on the whole conversation."""
    ends = time.monotonic() + timeout_seconds
    try:
        with closing(_connected(address, timeout_seconds)) as link:
            _send(link, data, ends)
            answer = _answer(link, ends)
    except OSError as problem:
        raise ScannerFailed(f"The scanner at {address} did not take the file: {problem}.") from None
    return _verdict(answer)


def _connected(address: str, timeout_seconds: float) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "tcp" and parts.hostname and parts.port:
        return socket.create_connection((parts.hostname, parts.port), timeout=timeout_seconds)
    if parts.scheme == "unix" and parts.path:
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(timeout_seconds)
        try:
            link.connect(parts.path)
        except OSError:
            link.close()
            raise
        return link
    raise ScannerFailed(
        f"MADOGUCHI_CLAMD is {address!r}, which names no scanner. Write tcp://host:port or unix:///path/to/socket."
    )


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise ScannerFailed("The scanner took too long. The file waits and is sent again.")
    return left


def _send(link: socket.socket, data: bytes, ends: float) -> None:
    """Send everything; a scanner that has heard enough (its size limit) hangs up early and has already answered."""
    try:
        link.settimeout(_left(ends))
        link.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), _PART_BYTES):
            part = data[start : start + _PART_BYTES]
            link.settimeout(_left(ends))
            link.sendall(_LENGTH.pack(len(part)) + part)
        link.sendall(_LENGTH.pack(0))
    except (BrokenPipeError, ConnectionResetError):
        return


def _answer(link: socket.socket, ends: float) -> bytes:
    answer = b""
    while not answer.endswith(b"\0"):
        link.settimeout(_left(ends))
        part = link.recv(1_024)
        answer += part
        if not part or len(answer) > _MAX_ANSWER_BYTES:
            break
    return answer


def _verdict(answer: bytes) -> Verdict:
    text = answer.rstrip(b"\0\r\n").decode("utf-8", "replace")
    if not answer.endswith(b"\0"):
        raise ScannerFailed(f"The scanner's answer was cut off: {text[:80]!r}.")
    if text == "stream: OK":
        return Verdict()
    if found := _FOUND.fullmatch(text):
        return Verdict(found["name"])
    raise ScannerFailed(f"The scanner gave no clear answer: {text[:80]!r}.")
