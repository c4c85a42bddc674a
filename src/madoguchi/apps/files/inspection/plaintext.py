"""Plain text and CSV in UTF-8 or Shift_JIS (CP932): no control signs, no markup, no scripts, no formulas that reach out."""

import re

from madoguchi.apps.files.contracts import FileRefused
from madoguchi.apps.files.limits import MAX_TEXT_LINE_SIGNS

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MARKUP = re.compile(r"<\s*(?:script|iframe|html|svg|object|embed|form|meta|link|!doctype|\?xml|\?php|%)", re.I)
_SCRIPT_EXTENSIONS = {"bat", "cmd", "com", "hta", "htm", "html", "js", "jse", "lnk", "mjs", "php", "ps1", "py", "reg",
                      "scr", "sh", "svg", "url", "vbe", "vbs", "wsf", "xhtml", "xml"}  # fmt: skip
_REACHING = re.compile(
    r"(?:^|[,;\t\"])\s*[=+\-@][^,\n]*(?:\|[^\n]*!|HYPERLINK\s*\(|WEBSERVICE\s*\(|IMPORT(?:XML|DATA|HTML|FEED|RANGE)\s*\()",
    re.I | re.M,
)
"""Cells that start a program (DDE) or send their neighbours elsewhere when a table program opens them."""
_BINARY_SHARE = 0.05


def decoded(data: bytes) -> str | None:
    """Return the text, None when it is neither UTF-8 nor CP932 or holds control signs."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if _CONTROL.search(text) else text
    return None


def is_text(data: bytes) -> bool:
    """Tell whether the bytes are plain text."""
    return decoded(data) is not None


def looks_like_text(data: bytes) -> bool:
    """Tell whether the bytes may be text in another encoding: few control signs in the beginning."""
    head = data[:4_096]
    control = sum(byte < 9 or 13 < byte < 27 for byte in head)
    return control <= len(head) * _BINARY_SHARE or head[:2] in (b"\xff\xfe", b"\xfe\xff")


def refuse_scripts(data: bytes, extension: str) -> None:
    """Raise `FileRefused` for text that a browser or shell would run: by its markup or by the name it came under."""
    if _MARKUP.search(decoded(data) or ""):
        raise FileRefused("active_markup")
    if extension in _SCRIPT_EXTENSIONS:
        raise FileRefused("executable")


def cleaned(data: bytes) -> bytes:
    """Return the text unchanged; raise `FileRefused` for formulas that reach out and for endless lines."""
    text = decoded(data)
    if text is None:
        raise FileRefused("text_unreadable")
    if not text.strip():
        raise FileRefused("empty")
    if max(map(len, text.splitlines())) > MAX_TEXT_LINE_SIGNS:
        raise FileRefused("damaged")
    if _REACHING.search(text):
        raise FileRefused("sheet_formula")
    return data
