"""Writes a tagged, Japanese PDF: headings, paragraphs and labelled values that a screen reader reads in order.

It draws text and knows nothing of people. Tags follow ISO 32000-1 14.7 (logical structure); the font is embedded when
BIZ UDPGothic is installed, else the reader's own Japanese font is named.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONT_FILE = "BIZUDPGothic-Regular.ttf"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts", "/Library/Fonts")
FALLBACK_FONT = "HeiseiKakuGo-W5"
MARGIN = 56.0
WIDTH = A4[0] - 2 * MARGIN
_NOT_AT_START = "、。，．）」』】〕・：；ー々っゃゅょッャュョ"


@dataclass(frozen=True, slots=True)
class Style:
    """How one kind of block looks, in points."""

    tag: str
    size: float
    before: float
    indent: float = 0.0


STYLES = {
    "title": Style("H1", 18, 0),
    "heading": Style("H2", 14, 16),
    "subheading": Style("H3", 11.5, 10),
    "text": Style("P", 10.5, 4),
    "detail": Style("P", 10.5, 2, 12),
}


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of text and its style (a key of `STYLES`)."""

    style: str
    text: str


@lru_cache(maxsize=1)
def font_name() -> str:
    """Register and return the font: the installed BIZ UDPGothic, or the standard Japanese one."""
    for folder in FONT_FOLDERS:
        for path in sorted(Path(folder).expanduser().glob(f"**/{FONT_FILE}")):
            pdfmetrics.registerFont(TTFont("BIZUDPGothic", str(path)))
            return "BIZUDPGothic"
    pdfmetrics.registerFont(UnicodeCIDFont(FALLBACK_FONT))
    return FALLBACK_FONT


def wrapped(text: str, *, font: str, size: float, width: float) -> list[str]:
    """Return the lines of a text; Japanese breaks between any two signs, but no line begins with a closing one."""
    lines = []
    for paragraph in text.splitlines() or [""]:
        line = ""
        for sign in paragraph:
            if pdfmetrics.stringWidth(line + sign, font, size) > width and sign not in _NOT_AT_START and line:
                lines.append(line)
                line = ""
            line += sign
        lines.append(line)
    return lines


def build(blocks: Sequence[Block], *, title: str, language: str, author: str) -> bytes:
    """Return the PDF of blocks in reading order; `language` is a BCP 47 tag."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, lang=language, pageCompression=1)
    canvas.setTitle(title)
    canvas.setAuthor(author)
    canvas.setViewerPreference("DisplayDocTitle", "true")
    page = _Writer(canvas, font_name())
    for block in blocks:
        page.write(block)
    page.finish()
    canvas.save()
    return buffer.getvalue()


@dataclass(slots=True)
class _Writer:
    """Places lines on pages and remembers which marked content belongs to which element."""

    canvas: Canvas
    font: str
    y: float = A4[1] - MARGIN
    page: int = 0
    marks: int = 0
    elements: list[tuple[str, list[tuple[int, int]]]] = field(default_factory=list)
    """Tag and its marks as (page, number on that page)."""

    def write(self, block: Block) -> None:
        style = STYLES[block.style]
        lines = wrapped(block.text, font=self.font, size=style.size, width=WIDTH - style.indent)
        self.y -= style.before
        marks: list[tuple[int, int]] = []
        for run in self._runs(lines, style.size * 1.6):
            marks.append((self.page, self.marks))
            self._draw(style, run)
        self.elements.append((style.tag, marks))
        if style.tag in ("H1", "H2"):
            key = f"e{len(self.elements)}"
            self.canvas.bookmarkPage(key)
            self.canvas.addOutlineEntry(block.text, key, 0 if style.tag == "H1" else 1)

    def _runs(self, lines: list[str], height: float) -> Iterator[list[str]]:
        """Yield the lines that fit on the page, turning pages between."""
        while lines:
            fitting = int((self.y - MARGIN) // height)
            if fitting < 1:
                self._turn()
                continue
            yield lines[:fitting]
            lines = lines[fitting:]

    def _draw(self, style: Style, lines: list[str]) -> None:
        self._code(f"/{style.tag} <</MCID {self.marks}>> BDC")
        for line in lines:
            self.y -= style.size * 1.6
            self.canvas.setFont(self.font, style.size)
            self.canvas.drawString(MARGIN + style.indent, self.y, line)
        self._code("EMC")
        self.marks += 1

    def _turn(self) -> None:
        self.canvas.showPage()
        self.page, self.marks, self.y = self.page + 1, 0, A4[1] - MARGIN

    def _code(self, operator: str) -> None:
        self.canvas._code.append(operator)

    def finish(self) -> None:
        """Close the last page and add the tree of elements."""
        self.canvas.showPage()
        document: Any = self.canvas._doc
        root = PDFDictionary({"Type": PDFName("StructTreeRoot")})
        root_reference = document.Reference(root)
        pages = list(document.Pages.pages)
        places = [document.Reference(page) for page in pages]
        owners: dict[int, list[Any]] = {number: [] for number in range(len(pages))}
        whole = PDFDictionary({"Type": PDFName("StructElem"), "S": PDFName("Document"), "P": root_reference})
        whole_reference = document.Reference(whole)
        kids = []
        for tag, marks in self.elements:
            kid = document.Reference(self._element(tag, marks, places, whole_reference))
            kids.append(kid)
            for number, _mark in marks:
                owners[number].append(kid)
        whole.dict["K"] = PDFArray(kids)
        root.dict["K"] = whole_reference
        numbers: list[Any] = []
        for number, page in enumerate(pages):
            numbers += [number, document.Reference(PDFArray(owners[number]))]
            self._link(page, number)
        root.dict["ParentTree"] = PDFDictionary({"Nums": PDFArray(numbers)})
        document.Catalog.StructTreeRoot = root_reference
        document.Catalog.MarkInfo = PDFDictionary({"Marked": "true"})

    def _element(self, tag: str, marks: list[tuple[int, int]], places: list[Any], parent: Any) -> PDFDictionary:
        parts = [PDFDictionary({"Type": PDFName("MCR"), "Pg": places[number], "MCID": mark}) for number, mark in marks]
        return PDFDictionary({"Type": PDFName("StructElem"), "S": PDFName(tag), "P": parent, "K": PDFArray(parts)})

    def _link(self, page: Any, number: int) -> None:
        """Tell a page its number in the tree; reportlab has no name for it, so the page gets one."""
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
        page.StructParents, page.Tabs = number, PDFName("S")
