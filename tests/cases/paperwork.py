"""Reads a letter back from its PDF: marked contents in the order of the structure tree, without any library for PDF.

Enough for what `core.pdf` writes: compressed streams, one or more pages, fonts with a ToUnicode table or UTF-16 strings.
"""

import base64
import re
import zlib
from dataclasses import dataclass

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.DOTALL)
_MARKED = re.compile(rb"/(\w+) <</MCID (\d+)>> BDC(.*?)EMC", re.DOTALL)
_SHOWN = re.compile(rb"/(F\d+(?:\+\d+)?) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\) Tj", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


@dataclass(frozen=True)
class Sheet:
    """A PDF read back. `parts` are (tag, text) in reading order."""

    parts: tuple[tuple[str, str], ...]
    catalogue: bytes
    title: str

    @property
    def text(self) -> str:
        """Return everything, a part in a line."""
        return "\n".join(text for _tag, text in self.parts)

    def under(self, heading: str) -> str:
        """Return what stands under a heading up to the next one."""
        found: list[str] = []
        inside = False
        for tag, text in self.parts:
            if tag in ("H1", "H2"):
                inside = text == heading
            elif inside:
                found.append(text)
        return "\n".join(found)


def read(data: bytes) -> Sheet:
    """Return a PDF as a screen reader gets it."""
    assert data.startswith(b"%PDF-")
    objects = {int(number): body for number, body in _OBJECT.findall(data)}
    catalogue = next(body for body in objects.values() if b"/Type /Catalog" in body)
    pages = [number for number, body in sorted(objects.items()) if re.search(rb"/Type /Page\b", body)]
    marks = {
        (page, int(mark)): text for page in pages for mark, text in _marked(objects[page], objects, _fonts(objects))
    }
    tree = objects[_reference(catalogue, b"StructTreeRoot")]
    whole = objects[_reference(tree, b"K")]
    kids = [int(kid) for kid in re.findall(rb"(\d+) 0 R", re.search(rb"/K \[(.*?)\]", whole, re.DOTALL)[1])]
    info = next(body for body in objects.values() if b"/Producer" in body)
    return Sheet(tuple(_element(objects[kid], marks) for kid in kids), catalogue, _title(info))


def _title(info: bytes) -> str:
    found = re.search(rb"/Title \(((?:\\.|[^\\()])*)\)", info, re.DOTALL)
    assert found is not None
    return _bytes(found[1]).decode("utf-16")


def _reference(body: bytes, name: bytes) -> int:
    found = re.search(rb"/" + name + rb" (\d+) 0 R", body)
    assert found is not None, f"no /{name.decode()}"
    return int(found[1])


def _element(body: bytes, marks: dict[tuple[int, int], str]) -> tuple[str, str]:
    tag = re.search(rb"/S /(\w+)", body)
    assert tag is not None
    parts = [part for part in re.findall(rb"<<(.*?)>>", body[2:], re.DOTALL) if b"/MCID" in part]
    places = [(_reference(part, b"Pg"), int(re.search(rb"/MCID (\d+)", part)[1])) for part in parts]
    return tag[1].decode(), "".join(marks[place] for place in places)


def _marked(page: bytes, objects: dict[int, bytes], fonts: dict[bytes, dict[int, str]]) -> list[tuple[bytes, str]]:
    content = _stream(objects[_reference(page, b"Contents")])
    return [(mark, _shown(body, fonts)) for _tag, mark, body in _MARKED.findall(content)]


def _shown(body: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    text, font = "", b""
    for found in _SHOWN.finditer(body):
        if found[1]:
            font = found[1]
        else:
            raw = _bytes(found[2])
            table = fonts.get(font)
            text += "".join(table[sign] for sign in raw) if table else raw.decode("utf-16-be")
    return text


def _bytes(text: bytes) -> bytes:
    def sign(found: re.Match[bytes]) -> bytes:
        octal, other = found[1], found[2]
        return bytes([int(octal, 8)]) if octal else _ESCAPES.get(other, other)

    return re.sub(rb"\\(?:([0-7]{1,3})|(.))", sign, text, flags=re.DOTALL)


def _fonts(objects: dict[int, bytes]) -> dict[bytes, dict[int, str]]:
    """Return the table of signs of every font that has one."""
    found = {}
    for body in objects.values():
        name = re.search(rb"/Name /(F\d+(?:\+\d+)?)", body)
        if name and b"/ToUnicode" in body:
            found[name[1]] = _table(_stream(objects[_reference(body, b"ToUnicode")]))
    return found


def _table(cmap: bytes) -> dict[int, str]:
    table: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, value in re.findall(rb"<(\w+)>\s*<(\w+)>", block):
            table[int(code, 16)] = bytes.fromhex(value.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, _last, values in re.findall(rb"<(\w+)>\s*<(\w+)>\s*\[(.*?)\]", block, re.DOTALL):
            for step, value in enumerate(re.findall(rb"<(\w+)>", values)):
                table[int(first, 16) + step] = bytes.fromhex(value.decode()).decode("utf-16-be")
    return table


def _stream(body: bytes) -> bytes:
    data = re.search(rb"stream\r?\n(.*?)\r?\n?endstream", body, re.DOTALL)
    assert data is not None
    raw = data[1]
    if b"/ASCII85Decode" in body:
        raw = base64.a85decode(raw.strip().removesuffix(b"~>"))
    return zlib.decompress(raw) if b"/FlateDecode" in body else raw
