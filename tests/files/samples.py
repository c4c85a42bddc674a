"""Small files that are what they claim, and the pieces to build hostile ones from."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

from PIL import Image

TYPES = (
    '<?xml version="1.0"?><Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
RELATIONS = '<?xml version="1.0"?><Relationships xmlns="r">{}</Relationships>'
PARTS: dict[str, str | bytes] = {
    "[Content_Types].xml": TYPES,
    "_rels/.rels": RELATIONS.format('<Relationship Id="1" Type="x/officeDocument" Target="xl/workbook.xml"/>'),
    "xl/workbook.xml": "<workbook/>",
    "xl/worksheets/sheet1.xml": "<worksheet/>",
}
ELF = b"\x7fELF" + bytes(60)


def image(form: str, size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    """Return a small picture as Pillow writes it."""
    target = io.BytesIO()
    picture = Image.new("RGB", size, (200, 30, 90))
    picture.putpixel((3, 4), (0, 255, 0))
    picture.save(target, form, **options)
    return target.getvalue()


def photo(turn: int = 6) -> bytes:
    """Return a JPEG with the place where it was taken, an orientation and a comment."""
    exif = Image.Exif()
    exif[0x0112] = turn
    exif[0x010F] = "Camera of Hanako"
    exif.get_ifd(0x8825)[2] = (35.0, 39.0, 5.0)
    return image("JPEG", exif=exif, comment=b"<script>alert(1)</script>")


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return a PNG chunk with its sum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 8, height: int = 8, *extra: bytes) -> bytes:
    """Return a PNG of a claimed size with chunks before the picture data."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = zlib.compress(b"".join(b"\0" + bytes(min(width, 8)) for _ in range(min(height, 8))))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def box(kind: bytes, body: bytes) -> bytes:
    """Return an ISO box."""
    return struct.pack(">I4s", len(body) + 8, kind) + body


def heic(width: int = 4_032, height: int = 3_024, *extra: bytes) -> bytes:
    """Return the frame of a HEIC photo."""
    size = box(b"ispe", bytes(4) + struct.pack(">II", width, height))
    meta = box(b"meta", bytes(4) + box(b"iprp", box(b"ipco", size)))
    return box(b"ftyp", b"heic\0\0\0\0mif1heic") + meta + box(b"mdat", bytes(64)) + b"".join(extra)


def webp(width: int = 10, height: int = 10, *extra: bytes) -> bytes:
    """Return the frame of an extended WebP with Exif and further chunks."""
    side = [(length - 1).to_bytes(3, "little") for length in (width, height)]
    parts = [
        riff(b"VP8X", b"\x08\0\0\0" + b"".join(side)),
        riff(b"VP8L", b"\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little") + bytes(5)),
        riff(b"EXIF", b"35.65N 139.54E"),
        *extra,
    ]
    return b"RIFF" + struct.pack("<I", 4 + sum(map(len, parts))) + b"WEBP" + b"".join(parts)


def riff(kind: bytes, body: bytes) -> bytes:
    """Return a RIFF chunk."""
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def pdf(*objects: bytes, trailer: bytes = b"", catalogue: bytes = b"") -> bytes:
    """Return a PDF of one empty page with more objects, numbered from 4."""
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R" + catalogue + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>",
        *objects,
    ]
    data = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(bodies, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, trailer, start)


def stream(words: bytes, body: bytes) -> bytes:
    """Return a stream object."""
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (words, len(body), body)


def object_stream(text: bytes, words: bytes = b"/Type/ObjStm/Filter/FlateDecode", number: int = 9) -> bytes:
    """Return a packed object stream with one object in it."""
    head = b"%d 0 " % number
    return stream(words + b"/N 1/First %d" % len(head), zlib.compress(head + text))


def workbook(changes: Mapping[str, str | bytes | None] | None = None, *, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a workbook; parts may be added, replaced or (None) left out."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", packing) as archive:
        for name, content in {**PARTS, **(changes or {})}.items():
            if content is not None:
                archive.writestr(name, content)
    return target.getvalue()
