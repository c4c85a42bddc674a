"""Reads the attribution lines of a pack's ORIGINS.md: the rows of its table."""

from pathlib import Path


def read_origins(folder: Path) -> list[tuple[str, ...]]:
    """Return the body rows of the first table: (what, publisher, licence, line to print); empty without a file."""
    path = folder / "ORIGINS.md"
    if not path.exists():
        return []
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines[2:]]
