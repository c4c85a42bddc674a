"""PDF to text with pypdf: few pages, no password, no pictures of text. Called in the child process only."""

import io

from madoguchi.apps.upkeep.pages.model import MAX_PDF_PAGES, MAX_SIGNS, PageProblem, PageText, Trouble, tidy


def read_pdf(data: bytes) -> PageText:
    """Return the text of a PDF; raise PageProblem."""
    from pypdf import PdfReader  # imported late: only a child that reads a PDF loads it
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise PageProblem(Trouble.PDF_ENCRYPTED)
        if len(reader.pages) > MAX_PDF_PAGES:
            raise PageProblem(Trouble.PDF_PAGES)
        lines: list[str] = []
        for page in reader.pages:
            lines += [*page.extract_text().replace("\0", "").splitlines(), ""]
            if sum(map(len, lines)) > MAX_SIGNS:
                break
        title = str(reader.metadata.title or "") if reader.metadata else ""
    except PageProblem:
        raise
    except (
        PyPdfError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        RecursionError,
        OSError,
    ) as problem:
        raise PageProblem(Trouble.UNREADABLE) from problem  # what pypdf raises for a broken structure
    if not any(line.strip() for line in lines):
        raise PageProblem(Trouble.PDF_IMAGES)
    return tidy(lines, title)
