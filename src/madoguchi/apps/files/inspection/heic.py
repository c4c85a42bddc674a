"""HEIC (ISO/IEC 23008-12): walks the boxes and checks the size. The file is kept as it is, with its metadata.

Removing metadata would mean moving item offsets, so the place where a photo was taken may stay in a HEIC file.
"""

import struct
from collections.abc import Iterator

from madoguchi.apps.files.contracts import FileRefused
from madoguchi.apps.files.inspection import signatures, sizes

_MOVING = {b"moov", b"moof"}


def cleaned(data: bytes) -> bytes:
    """Return the file unchanged; raise `FileRefused` when it is cut, broken, moving, too big or carries a zip."""
    if signatures.ends_as_zip(data):
        raise FileRefused("polyglot")
    boxes = dict(_boxes(data))
    if _MOVING & set(boxes):
        raise FileRefused("animated")
    if b"meta" not in boxes:
        raise FileRefused("damaged")
    extents = list(_extents(boxes[b"meta"]))
    if not extents:
        raise FileRefused("damaged")
    for width, height in extents:
        sizes.check(width, height)
    return data


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield type and body of the outermost boxes, which must fill the file."""
    at = 0
    while at < len(data):
        if at + 8 > len(data):
            raise FileRefused("damaged")
        size, kind = struct.unpack_from(">I4s", data, at)
        header = 8
        if size == 1:
            size, header = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        size = size or len(data) - at
        if not kind.isalnum() or size < header:
            raise FileRefused("damaged")
        if at + size > len(data):
            raise FileRefused("truncated")
        yield kind, data[at + header : at + size]
        at += size


def _extents(meta: bytes) -> Iterator[tuple[int, int]]:
    """Yield width and height of every image of the file (property `ispe`)."""
    at = meta.find(b"ispe")
    while at >= 0:
        if at + 16 <= len(meta):
            width, height = struct.unpack_from(">II", meta, at + 8)
            yield width, height
        at = meta.find(b"ispe", at + 4)
