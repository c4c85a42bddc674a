"""Names of uploads made harmless: no folders, no invisible or direction-changing signs, an extension that is true."""

import re
import unicodedata

from madoguchi.apps.files.limits import MAX_NAME_SIGNS

_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f]')
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,5})$")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.I)
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_NAMELESS = "file"


def extension_of(name: str) -> str:
    """Return the extension that a name claims, in small letters without the dot; empty for none."""
    found = _EXTENSION.search(name.strip())
    return found[1].lower() if found else ""


def cleaned(name: str, extension: str) -> str:
    """Return a name of at most 120 signs that ends in this extension, whatever the given one claimed."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(sign for sign in last if unicodedata.category(sign) not in _INVISIBLE)
    stem = _EXTENSION.sub("", _FORBIDDEN.sub("_", visible).rstrip(". ").lstrip())
    while stem.lower().endswith(f".{extension}"):
        stem = stem[: -len(extension) - 1]
    stem = " ".join(stem.split()).strip(". ")
    if _RESERVED.fullmatch(stem):
        stem = f"_{stem}"
    return f"{stem[: MAX_NAME_SIGNS - len(extension) - 1].rstrip('. ') or _NAMELESS}.{extension}"
