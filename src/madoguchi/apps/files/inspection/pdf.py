"""PDF (ISO 32000): a whole file of its own, without passwords, programs, further files or actions on opening.

Names are looked for in the raw bytes, wherever they stand, and in unpacked object streams: a reader cannot be led past
them by a broken structure. What would have to be unpacked and cannot be is refused.
"""

import re
import zlib
from collections.abc import Iterator

from madoguchi.apps.files.contracts import FileRefused
from madoguchi.apps.files.inspection import signatures
from madoguchi.apps.files.limits import MAX_PDF_INFLATED_BYTES

_END_WITHIN = 1_024
_DELIMITED = rb"(?![^\x00\t\n\f\r ()<>\[\]{}/%])"
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|SubmitForm|ImportData|RichMedia|Rendition|Movie|Sound|XFA|GoToE|GoToR)" + _DELIMITED
)
_EMBEDDED = re.compile(rb"/(?:EmbeddedFiles?|FileAttachment|Collection)" + _DELIMITED)
_ENCRYPTED = re.compile(rb"/Encrypt" + _DELIMITED)
_ESCAPED_NAME = re.compile(rb"/[!-~]{0,40}?#[0-9A-Fa-f]{2}[!-~]{0,80}")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)")
_OBJECT_STREAM = re.compile(rb"/ObjStm" + _DELIMITED)
_FIRST = re.compile(rb"/First\s+(\d+)")
_COUNT = re.compile(rb"/N" + _DELIMITED)
_OTHER_FILTERS = re.compile(rb"/(?:ASCIIHexDecode|ASCII85Decode|LZWDecode|RunLengthDecode|Crypt)" + _DELIMITED)
_FLATE = re.compile(rb"/FlateDecode" + _DELIMITED)
_PREDICTOR = re.compile(rb"/Predictor\s+(?!1\b)\d")
_OPEN_ACTION = re.compile(rb"/OpenAction\s*(?:(\[)|(<<.{0,300})|(\d{1,9})\s+(\d{1,9})\s+R)?", re.S)
_MOST_OPENINGS = 8
"""A file that was changed often names its opening several times; each name costs a walk through the file."""
_GO_TO = re.compile(rb"/S\s*/GoTo" + _DELIMITED)


def cleaned(data: bytes) -> bytes:
    """Return the file unchanged; raise `FileRefused` for what does not end, opens with a password or acts by itself."""
    _check_frame(data)
    if _ENCRYPTED.search(data):
        raise FileRefused("encrypted")
    _check_names(data)
    unpacked = list(_object_streams(data))
    for text, _ in unpacked:
        _check_names(text)
    _check_opening(data, unpacked)
    return data


def _check_frame(data: bytes) -> None:
    """One header at the start, one end at the end, nothing behind it."""
    end = data.rfind(b"%%EOF")
    if end < 0 or b"startxref" not in data:
        raise FileRefused("truncated")
    if data[end + 5 :].strip(b"\0\t\r\n \x1a") or signatures.ends_as_zip(data):
        raise FileRefused("polyglot")
    if data.find(b"%PDF-", 1) > 0:
        raise FileRefused("polyglot")


def _check_names(text: bytes) -> None:
    plain = b"\n".join([text, *_unescaped(text)])
    if _EMBEDDED.search(plain):
        raise FileRefused("pdf_embedded")
    if _ACTIVE.search(plain):
        raise FileRefused("pdf_active")


def _unescaped(text: bytes) -> Iterator[bytes]:
    """Yield names whose letters are written as #xx, as they read (ISO 32000-1, 7.3.5)."""
    for found in _ESCAPED_NAME.finditer(text):
        yield _ESCAPE.sub(lambda code: bytes([int(code[1], 16)]), found[0])


def _object_streams(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield the unpacked text of every stream that may hold objects, with the place where its objects begin.

    The words before a stream are all bytes since the one before: whatever a reader may take for its dictionary is in
    them. Not every reader asks for the type, so the two numbers that it needs mark an object stream as well.
    """
    left, before = MAX_PDF_INFLATED_BYTES, 0
    for found in _STREAM.finditer(data):
        head = data[before : found.start()]
        words = b"\n".join([head, *_unescaped(head)])
        before = found.end()
        firsts = _FIRST.findall(words)
        if not (_OBJECT_STREAM.search(words) or (firsts and _COUNT.search(words))):
            continue
        if _OTHER_FILTERS.search(words) or _PREDICTOR.search(words):
            raise FileRefused("pdf_unreadable")
        if _FLATE.search(words):
            text = _inflated(data, found.end(), left)
            left -= len(text)
            yield text, int(firsts[-1][:9]) if firsts else 0


def _inflated(data: bytes, start: int, most: int) -> bytes:
    end = data.find(b"endstream", start)
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(memoryview(data)[start : end if end >= 0 else len(data)], most + 1)
    except zlib.error:
        raise FileRefused("pdf_unreadable") from None
    if len(text) > most:
        raise FileRefused("bomb")
    if not unpacker.eof or len(unpacker.unused_data) > _END_WITHIN:
        raise FileRefused("pdf_unreadable")
    return text


def _check_opening(data: bytes, unpacked: list[tuple[bytes, int]]) -> None:
    """Opening may lead to a page (a destination or GoTo), to nothing else."""
    references: set[tuple[int, int]] = set()
    for text in (data, *(text for text, _ in unpacked)):
        plain = b"\n".join([text, *_unescaped(text)]) if b"#" in text else text
        for found in _OPEN_ACTION.finditer(plain):
            if found[3]:
                references.add((int(found[3]), int(found[4])))
            elif not found[1] and not _only_leads_to_a_page(found[2] or b""):
                raise FileRefused("pdf_active")
    if len(references) > _MOST_OPENINGS:
        raise FileRefused("pdf_active")
    if not all(_only_leads_to_a_page(_object(data, unpacked, *reference)) for reference in references):
        raise FileRefused("pdf_active")


def _only_leads_to_a_page(action: bytes) -> bool:
    if action.lstrip().startswith(b"["):
        return True
    own = action.partition(b">>")[0]
    return _GO_TO.search(own) is not None and b"/Next" not in own


def _object(data: bytes, unpacked: list[tuple[bytes, int]], number: int, generation: int) -> bytes:
    """Return the beginning of an object, wherever it stands last; empty when it is nowhere."""
    plain = list(re.finditer(rb"(?<!\d)%d\s+%d\s+obj(.{0,300})" % (number, generation), data, re.S))
    if plain:
        return bytes(plain[-1][1])
    for text, first in unpacked:
        pairs = [int(digits) for digits in text[:first].split() if digits.isdigit() and len(digits) < 10]
        for known, offset in zip(pairs[::2], pairs[1::2], strict=False):
            if known == number:
                return text[first + offset : first + offset + 300]
    return b""
