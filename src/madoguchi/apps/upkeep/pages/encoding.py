"""Finds out how the bytes of a Japanese page are written: what it says itself, then which way makes sense.

Order of the HTML standard: byte order mark, header, meta element; a name that does not fit the bytes is not believed.
"""

import codecs
import re

from madoguchi.apps.upkeep.pages.model import PageProblem, Trouble

_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.I)
_HEADER = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.I)
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ALIASES = {"shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "sjis": "cp932", "windows-31j": "cp932",
            "ms932": "cp932", "euc-jp": "euc_jp", "x-euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp"}  # fmt: skip
_TRIED = ("utf-8", "iso2022_jp", "cp932", "euc_jp")
_KANA = re.compile("[ぁ-んァ-ヶ]")
_HALF_KANA = re.compile("[｡-ﾟ]")
_MOST_BROKEN = 0.01
"""Share of signs that may be unreadable: pages hold a broken letter now and then."""


def decode(data: bytes, *, content_type: str = "") -> str:
    """Return the text of a page; raise PageProblem when no way of writing fits."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _tried(data, name) or _refuse()
    if b"\0" in data[:4096]:
        _refuse()
    named = [_named(found[1]) for found in [_HEADER.search(content_type)] if found]
    named += [_named(found[1].decode("ascii")) for found in [_META.search(data[:4096])] if found]
    for name in named:
        if name and (text := _tried(data, name)) is not None:
            return text
    return _guessed(data) or _refuse()


def _named(name: str) -> str:
    try:
        return codecs.lookup(_ALIASES.get(name.lower(), name)).name
    except LookupError:
        return ""


def _tried(data: bytes, name: str) -> str | None:
    """Return the text if nearly all of it can be read this way."""
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        text = data.decode(name, errors="replace")
    except (LookupError, UnicodeError, ValueError):  # a codec that is none of text
        return None
    return text if text.count("\ufffd") <= _MOST_BROKEN * max(len(text), 1) else None


def _guessed(data: bytes) -> str | None:
    """Return the reading without errors that holds most kana and fewest half-width ones."""
    if b"\x1b$" in data or b"\x1b(" in data:
        return _tried(data, "iso2022_jp")
    readings = []
    for name in _TRIED:
        try:
            readings.append(data.decode(name))
        except UnicodeDecodeError:
            continue
        if name == "utf-8":
            return readings[0]
    if readings:
        return max(readings, key=lambda text: len(_KANA.findall(text)) - 5 * len(_HALF_KANA.findall(text)))
    return next((text for name in _TRIED if (text := _tried(data, name)) is not None), None)


def _refuse() -> str:
    raise PageProblem(Trouble.ENCODING)
