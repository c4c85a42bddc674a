"""JPEG (ITU-T T.81): walks the segments, checks the size, removes metadata without touching the picture.

Removed: Exif and XMP (APP1, with the place where a photo was taken), IPTC (APP13), comments, further pictures that
phones append. Kept of Exif: the orientation alone, since without it photos would lie on their side.
"""

import re
import struct

from madoguchi.apps.files.contracts import FileRefused
from madoguchi.apps.files.inspection import signatures, sizes

_SOI, _EOI, _SOS, _APP1, _APP2 = 0xD8, 0xD9, 0xDA, 0xE1, 0xE2
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_KEPT_APPLICATION = {0xE0, 0xEE}
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_ORIENTATION = 0x0112


def cleaned(data: bytes) -> bytes:
    """Return the picture without metadata; raise `FileRefused` when it is cut, broken, too big or carries something."""
    parts, at, frames, scans = [data[:2]], 2, 0, 0
    while True:
        code, start = _marker(data, at)
        if code == _EOI:
            break
        end = start + _length(data, start)
        if end > len(data):
            raise FileRefused("truncated")
        body = data[start + 2 : end]
        if code in _FRAMES:
            frames += 1
            _check_frame(body)
        at = end
        if code == _SOS:
            scans += 1
            at = _scan_end(data, end)
        parts.append(_kept(code, body, data[start - 2 : at]))
    if not frames or not scans:
        raise FileRefused("damaged")
    _check_rest(data[start:])
    return b"".join([*parts, b"\xff\xd9"])


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """Return the code of the marker at a place and where its body begins; fill bytes are skipped."""
    while data[at : at + 2] == b"\xff\xff":
        at += 1
    if at + 2 > len(data):
        raise FileRefused("truncated")
    if data[at] != 0xFF or data[at + 1] in (0x00, _SOI):
        raise FileRefused("damaged")
    return data[at + 1], at + 2


def _length(data: bytes, start: int) -> int:
    if start + 2 > len(data):
        raise FileRefused("truncated")
    length = int.from_bytes(data[start : start + 2], "big")
    if length < 2:
        raise FileRefused("damaged")
    return length


def _check_frame(body: bytes) -> None:
    if len(body) < 6:
        raise FileRefused("damaged")
    height, width = struct.unpack(">HH", body[1:5])
    sizes.check(width, height)


def _scan_end(data: bytes, start: int) -> int:
    """Return where the next marker after coded picture data stands."""
    found = _MARKER.search(data, start)
    if found is None:
        raise FileRefused("truncated")
    return found.start()


def _kept(code: int, body: bytes, whole: bytes) -> bytes:
    """Return what stays of a segment."""
    if code == _APP1:
        return _orientation_only(body)
    if code == _APP2:
        return whole if body.startswith(b"ICC_PROFILE\0") else b""
    is_application = 0xE0 <= code <= 0xEF
    if code == 0xFE or (is_application and code not in _KEPT_APPLICATION):
        return b""
    return whole


def _orientation_only(body: bytes) -> bytes:
    """Return a new Exif segment with nothing but the orientation; empty when it is absent or the usual one."""
    turn = _orientation(body[6:]) if body.startswith(b"Exif\0\0") else 1
    if turn not in range(2, 9):
        return b""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, turn, 0, 0)
    exif = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif


def _orientation(tiff: bytes) -> int:
    """Read the orientation from the first directory of a TIFF block (Exif 2.32, 4.6); 1 when there is none."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 10:
        return 1
    at = struct.unpack_from(f"{order}I", tiff, 4)[0]
    if at + 2 > len(tiff):
        return 1
    for number in range(struct.unpack_from(f"{order}H", tiff, at)[0]):
        entry = at + 2 + 12 * number
        if entry + 12 > len(tiff):
            return 1
        if struct.unpack_from(f"{order}H", tiff, entry)[0] == _ORIENTATION:
            return int(struct.unpack_from(f"{order}H", tiff, entry + 8)[0])
    return 1


def _check_rest(rest: bytes) -> None:
    """Let pass what phones append (further pictures, a film, a maker's block), which is cut off; refuse the rest."""
    stripped = rest.strip(b"\0\r\n")
    if not stripped:
        return
    by_phone = stripped.startswith(b"\xff\xd8\xff") or b"ftyp" in stripped[:8] or stripped.endswith(b"SEFT")
    if not by_phone or signatures.ends_as_zip(rest):
        raise FileRefused("polyglot")
