"""Excel workbooks (.xlsx, ISO/IEC 29500): reads the directory of the zip and its small lists, extracts nothing else."""

import re
import zipfile
import zlib
from collections import Counter
from io import BytesIO
from xml.etree import ElementTree

from madoguchi.apps.files import limits
from madoguchi.apps.files.contracts import FileRefused

_END = b"PK\x05\x06"
_END_BYTES = 22
_LOCAL = b"PK\x03\x04"
_DESCRIPTOR_BYTES = 24
_LIST_BYTES = limits.MEBIBYTE
_SMALL_BYTES = limits.MEBIBYTE
_MACROS = re.compile(r"vbaproject|xl/macrosheets/|xl/dialogsheets/|/activex/", re.I)
_LINKS = re.compile(r"xl/externallinks/|xl/connections\.xml|xl/querytables/|customdata|xl/model/", re.I)
_EMBEDDED = re.compile(
    r"xl/embeddings/|\.(?:exe|dll|com|scr|js|jse|vbs|vbe|bat|cmd|ps1|hta|html?|jar|lnk|zip|pdf)$", re.I
)
_WEB_ADDRESSES = ("http://", "https://", "mailto:", "tel:", "#")


def cleaned(data: bytes) -> bytes:
    """Return the workbook unchanged; raise `FileRefused` for anything that is more, less or other than a workbook."""
    archive = _opened(data)
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    _check_packing(entries)
    _check_names(names)
    _check_kind({name.lower() for name in names})
    _check_layout(data, archive, entries)
    for pattern, code in ((_MACROS, "sheet_macros"), (_LINKS, "sheet_links"), (_EMBEDDED, "sheet_embedded")):
        if any(pattern.search(name) for name in names):
            raise FileRefused(code)
    _check_lists(archive, entries)
    return data


def _opened(data: bytes) -> zipfile.ZipFile:
    end = data.rfind(_END)
    if end < 0:
        raise FileRefused("truncated")
    if end + _END_BYTES != len(data):
        raise FileRefused("polyglot")
    if int.from_bytes(data[end + 10 : end + 12], "little") > limits.MAX_ZIP_ENTRIES:
        raise FileRefused("bomb")
    try:
        return zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError):
        raise FileRefused("damaged") from None


def _check_packing(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > limits.MAX_ZIP_ENTRIES or sum(entry.file_size for entry in entries) > limits.MAX_ZIP_BYTES:
        raise FileRefused("bomb")
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise FileRefused("encrypted")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileRefused("damaged")
        if entry.file_size > _SMALL_BYTES and entry.file_size > limits.MAX_ZIP_RATIO * max(1, entry.compress_size):
            raise FileRefused("bomb")


def _check_names(names: list[str]) -> None:
    folded = Counter(name.lower() for name in names)
    for name in names:
        is_path = name.startswith("/") or ".." in name.split("/") or "\\" in name or ":" in name
        if is_path or not name.isprintable() or folded[name.lower()] > 1:
            raise FileRefused("damaged")


def _check_kind(names: set[str]) -> None:
    if "[content_types].xml" not in names:
        raise FileRefused("archive")
    if "xl/workbook.xml" not in names:
        raise FileRefused("office")


def _check_layout(data: bytes, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Entries must lie one behind the other from the first byte: no overlap (a bomb), no hidden bytes between."""
    at = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        start = entry.header_offset
        if start < at:
            raise FileRefused("bomb")
        if start > at + _DESCRIPTOR_BYTES or data[start : start + 4] != _LOCAL:
            raise FileRefused("polyglot")
        name_bytes = int.from_bytes(data[start + 26 : start + 28], "little")
        extra_bytes = int.from_bytes(data[start + 28 : start + 30], "little")
        if data[start + 30 : start + 30 + name_bytes] != entry.orig_filename.encode(_encoding(entry), "replace"):
            raise FileRefused("damaged")
        at = start + 30 + name_bytes + extra_bytes + entry.compress_size
    if not at <= archive.start_dir <= at + _DESCRIPTOR_BYTES:
        raise FileRefused("polyglot")


def _encoding(entry: zipfile.ZipInfo) -> str:
    return "utf-8" if entry.flag_bits & 0x800 else "cp437"


def _check_lists(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Read the list of types and the lists of relations: both are short and say what a workbook reaches for."""
    for entry in entries:
        name = entry.filename.lower()
        if name == "[content_types].xml" and "macroenabled" in _text(archive, entry).lower():
            raise FileRefused("sheet_macros")
        if name.endswith(".rels") and any(map(_reaches_out, _relations(archive, entry))):
            raise FileRefused("sheet_links")


def _relations(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> list[dict[str, str]]:
    try:
        root = ElementTree.fromstring(_text(archive, entry))  # noqa: S314 # `_text` refuses entities and doctypes
    except ElementTree.ParseError:
        raise FileRefused("damaged") from None
    return [dict(element.attrib) for element in root]


def _reaches_out(relation: dict[str, str]) -> bool:
    """Tell whether a relation leaves the file for more than a web or mail address that a person clicks."""
    if relation.get("TargetMode", "").lower() != "external":
        return False
    is_link = relation.get("Type", "").endswith("/hyperlink")
    return not (is_link and relation.get("Target", "").lower().startswith(_WEB_ADDRESSES))


def _text(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    """Return a small part as text; what hides its words (another encoding, entities) is refused."""
    try:
        with archive.open(entry) as part:
            raw = part.read(_LIST_BYTES + 1)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, zlib.error):
        raise FileRefused("damaged") from None
    if len(raw) > _LIST_BYTES:
        raise FileRefused("bomb")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefused("damaged") from None
    if "<!" in text.replace("<!--", ""):
        raise FileRefused("damaged")
    return text
