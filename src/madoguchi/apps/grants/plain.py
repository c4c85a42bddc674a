"""HTML of other sites as plain text: no tag, script, style or invisible sign of theirs ever reaches a page of ours."""

import re
import unicodedata
from html.parser import HTMLParser

MAX_SIGNS = 20_000
_BREAKING = {"br", "p", "div", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "hr"}
_SILENT = {"script", "style", "template", "noscript", "svg", "iframe", "object", "title", "head"}
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        self._mark(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._mark(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            self._silent = self._silent[: self._silent.index(tag)]
        self._mark(tag)

    def _mark(self, tag: str) -> None:
        if tag in _BREAKING:
            self.parts.append("\n")
        if tag == "li":
            self.parts.append("・")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def text_of(html: str) -> str:
    """Return the words of HTML with its line breaks; at most 20,000 signs."""
    reader = _Reader()
    reader.feed(html[: MAX_SIGNS * 10])
    reader.close()
    lines = [line_of(line) for line in "".join(reader.parts).splitlines()]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(line for line in lines if line != "・"))
    return text.strip()[:MAX_SIGNS]


def line_of(text: str, most: int = MAX_SIGNS) -> str:
    """Return a text as one line without invisible and direction-changing signs."""
    kept = "".join(sign if unicodedata.category(sign) not in _INVISIBLE else " " for sign in text)
    return " ".join(kept.split())[:most]
