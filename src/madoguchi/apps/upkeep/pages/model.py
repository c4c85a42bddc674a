"""Values of reading pages: the text, what can go wrong, the limits. Imports nothing, since a child process loads it."""

from dataclasses import dataclass
from enum import StrEnum

MEBIBYTE = 1024 * 1024
MAX_BYTES = 10 * MEBIBYTE
MAX_SIGNS = 200_000
"""Longer texts are cut, and the page says so."""
MAX_PDF_PAGES = 100
MAX_DEPTH = 500
"""Elements within elements; deeper ones are read as if they stood at this depth."""
MAX_TITLE = 200


class Trouble(StrEnum):
    """Why a page gives no text."""

    TOO_LARGE = "too_large"
    WRONG_KIND = "wrong_kind"
    EMPTY = "empty"
    TOO_SLOW = "too_slow"
    UNREADABLE = "unreadable"
    ENCODING = "encoding"
    PDF_ENCRYPTED = "pdf_encrypted"
    PDF_IMAGES = "pdf_images"
    PDF_PAGES = "pdf_pages"


class PageProblem(Exception):
    """A page that gives no text; `trouble` says why (texts.py says it in words)."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(f"The page cannot be read: {trouble.value}. Paste its text instead.")
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class PageText:
    """Text of a page: headings and list items are lines, cells of a table are parted by tabs."""

    text: str
    title: str = ""
    is_cut: bool = False


def tidy(lines: list[str], title: str) -> PageText:
    """Return the lines without empty runs, cut to the limit; raise PageProblem when nothing is left."""
    kept: list[str] = []
    for line in lines:
        if line.strip(" \t") or (kept and kept[-1]):
            kept.append(line.rstrip())
    text = "\n".join(kept).strip("\n")
    if not text.strip():
        raise PageProblem(Trouble.EMPTY)
    return PageText(text[:MAX_SIGNS], " ".join(title.split())[:MAX_TITLE], len(text) > MAX_SIGNS)
