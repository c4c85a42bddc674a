"""HTML to text with the parser of the standard library: blocks become lines, cells are parted by tabs.

Scripts, styles, menus, page heads and feet, and what is hidden are left out. Nothing is fetched, nothing is run.
"""

import re
from html.parser import HTMLParser

from madoguchi.apps.upkeep.pages.model import MAX_DEPTH, MAX_SIGNS, PageText, tidy

_DROPPED = frozenset(
    ("script", "style", "noscript", "template", "nav", "footer", "header", "aside", "svg", "math", "iframe", "object",
     "select", "button", "dialog", "head")
)  # fmt: skip
_BLOCKS = frozenset(
    ("address", "article", "blockquote", "body", "br", "caption", "dd", "details", "div", "dl", "dt", "fieldset",
     "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "html", "li", "main", "ol", "p", "pre", "section",
     "summary", "table", "tbody", "tfoot", "thead", "tr", "ul")
)  # fmt: skip
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_CELLS = frozenset(("td", "th"))
_BLANKS = re.compile(r"[ \t\r\n\f\u00a0\u3000]+")


class _Reader(HTMLParser):
    """Collects lines. `_dropped` counts how deep we are in something that is left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.title = ""
        self._line: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._dropped = 0
        self._in_title = False
        self._cells = 0
        self._signs = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title" and not self.title:
            self._in_title = True
        if tag in _BLOCKS and not self._dropped:
            self._break(tag)
        if tag in _CELLS and not self._dropped:
            self._cell()
        if tag in _VOID:
            return
        if len(self._open) < MAX_DEPTH:
            hides = (tag in _DROPPED and not self._is_content(tag)) or _is_hidden(dict(attrs))
            self._open.append((tag, hides))
            self._dropped += hides

    def _is_content(self, tag: str) -> bool:
        """A head or foot inside an article or the main part belongs to the text."""
        return tag == "header" and any(name in ("main", "article") for name, _ in self._open)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        place = next((at for at in range(len(self._open) - 1, -1, -1) if self._open[at][0] == tag), None)
        if place is not None:
            self._dropped -= sum(hides for _, hides in self._open[place:])
            del self._open[place:]
        if tag in _BLOCKS and not self._dropped:
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if self._in_title:
            if len(self.title) < MAX_DEPTH:
                self.title += data
        elif not self._dropped and self._signs <= MAX_SIGNS:
            self._line.append(data)
            self._signs += len(data)

    def _break(self, tag: str) -> None:
        """End the line; inside a cell a break is a blank, so that a row stays a line."""
        if tag not in ("tr", "table", "thead", "tbody", "tfoot", "caption") and self._in_row():
            self._line.append(" ")
            return
        self._flush()
        self._cells = 0

    def _in_row(self) -> bool:
        for name, _ in reversed(self._open):
            if name in _CELLS:
                return True
            if name == "table":
                return False
        return False

    def _cell(self) -> None:
        if self._cells:
            self._line.append("\0")
        self._cells += 1

    def _flush(self) -> None:
        cells = "".join(self._line).split("\0")
        line = "\t".join(_BLANKS.sub(" ", cell).strip() for cell in cells)
        if line.strip("\t"):
            self.lines.append(line)
        self._line = []

    def finished(self) -> PageText:
        """Return the text of everything that was fed."""
        self.close()
        self._flush()
        return tidy(self.lines, self.title)


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    style = (attributes.get("style") or "").replace(" ", "").lower()
    hidden = "hidden" in attributes or "display:none" in style
    return hidden or attributes.get("role") in ("navigation", "banner", "contentinfo", "search")


def read_html(text: str) -> PageText:
    """Return the text of a page; raise PageProblem when it holds none. Data between tags may not hold NUL signs."""
    reader = _Reader()
    reader.feed(text.replace("\0", ""))
    return reader.finished()
