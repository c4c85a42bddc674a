"""WebP (RFC 9649): walks the RIFF chunks, checks the size, removes Exif and XMP and every unknown chunk."""

import struct
from collections.abc import Iterator

from madoguchi.apps.files.contracts import FileRefused
from madoguchi.apps.files.inspection import sizes

_KEPT = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP"}
_METADATA_FLAGS = 0x0C
_VP8_START = b"\x9d\x01\x2a"


def cleaned(data: bytes) -> bytes:
    """Return the picture without metadata; raise `FileRefused` when it is cut, broken, animated, too big or more."""
    end = struct.unpack_from("<I", data, 4)[0] + 8 if len(data) >= 12 else 0
    if end > len(data):
        raise FileRefused("truncated")
    if data[end:].strip(b"\0"):
        raise FileRefused("polyglot")
    chunks = list(_chunks(data, end))
    if any(kind in (b"ANIM", b"ANMF") for kind, _ in chunks):
        raise FileRefused("animated")
    if not any(kind in (b"VP8 ", b"VP8L") for kind, _ in chunks):
        raise FileRefused("damaged")
    for kind, body in chunks:
        _check_size(kind, body)
    kept = b"".join(_written(kind, body) for kind, body in chunks if kind in _KEPT)
    return b"RIFF" + struct.pack("<I", len(kept) + 4) + b"WEBP" + kept


def _chunks(data: bytes, end: int) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at < end:
        if at + 8 > end:
            raise FileRefused("damaged")
        kind, length = struct.unpack_from("<4sI", data, at)
        if at + 8 + length > end:
            raise FileRefused("damaged")
        yield kind, data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _check_size(kind: bytes, body: bytes) -> None:
    if kind == b"VP8X":
        _need(body, 10)
        sizes.check(int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1)
    if kind == b"VP8 ":
        _need(body, 10)
        if body[3:6] != _VP8_START:
            raise FileRefused("damaged")
        width, height = struct.unpack_from("<HH", body, 6)
        sizes.check(width & 0x3FFF, height & 0x3FFF)
    if kind == b"VP8L":
        _need(body, 5)
        bits = int.from_bytes(body[1:5], "little")
        if body[0] != 0x2F:
            raise FileRefused("damaged")
        sizes.check((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)


def _need(body: bytes, count: int) -> None:
    if len(body) < count:
        raise FileRefused("damaged")


def _written(kind: bytes, body: bytes) -> bytes:
    if kind == b"VP8X":
        body = bytes([body[0] & ~_METADATA_FLAGS]) + body[1:]
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
