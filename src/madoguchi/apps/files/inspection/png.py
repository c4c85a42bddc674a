"""PNG (ISO/IEC 15948): walks the chunks, checks their sums and the size, keeps what draws the picture and nothing else."""

import struct
import zlib

from madoguchi.apps.files.contracts import FileRefused
from madoguchi.apps.files.inspection import sizes

_HEADER_BYTES = 8
_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs", b"bKGD", b"cICP"}


def cleaned(data: bytes) -> bytes:
    """Return the picture without texts, times and Exif; raise `FileRefused` when it is cut, broken, too big or more."""
    parts, at, kind = [data[:_HEADER_BYTES]], _HEADER_BYTES, b""
    seen: set[bytes] = set()
    while kind != b"IEND":
        kind, whole = _chunk(data, at)
        if (kind == b"IHDR") != (at == _HEADER_BYTES):
            raise FileRefused("damaged")
        _check(kind, whole)
        parts += [whole] if kind in _KEPT else []
        seen.add(kind)
        at += len(whole)
    if b"IDAT" not in seen:
        raise FileRefused("damaged")
    if data[at:].strip(b"\0\r\n"):
        raise FileRefused("polyglot")
    return b"".join(parts)


def _chunk(data: bytes, at: int) -> tuple[bytes, bytes]:
    """Return the type of the chunk at a place and all its bytes."""
    if at + 12 > len(data):
        raise FileRefused("truncated")
    length, kind = struct.unpack_from(">I4s", data, at)
    whole = data[at : at + 12 + length]
    if len(whole) < 12 + length:
        raise FileRefused("truncated")
    if zlib.crc32(whole[4:-4]) != struct.unpack(">I", whole[-4:])[0]:
        raise FileRefused("damaged")
    return kind, whole


def _check(kind: bytes, whole: bytes) -> None:
    if kind == b"IHDR":
        if len(whole) != 25:
            raise FileRefused("damaged")
        sizes.check(*struct.unpack_from(">II", whole, 8))
    if kind == b"acTL":
        raise FileRefused("animated")
    is_critical = not kind[0] & 0x20
    if not kind.isalpha() or (is_critical and kind not in _KEPT):
        raise FileRefused("damaged")
