"""The child process that reads one page: bytes on standard input, one JSON object on standard output.

It knows no Django and no database; its memory and time are limited before it looks at the first byte.
"""

import json
import resource
import sys
from dataclasses import asdict

from madoguchi.apps.upkeep.pages.encoding import decode
from madoguchi.apps.upkeep.pages.markup import read_html
from madoguchi.apps.upkeep.pages.model import MAX_BYTES, MEBIBYTE, PageProblem, PageText, Trouble
from madoguchi.apps.upkeep.pages.portable import read_pdf

CPU_SECONDS = 8
MEMORY_BYTES = 1_024 * MEBIBYTE


def main(kind: str, content_type: str) -> None:
    """Read the page of standard input as `html` or `pdf` and write what came of it."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        found = asdict(_read(kind, data, content_type))
    except PageProblem as problem:
        found = {"trouble": problem.trouble.value}
    except (MemoryError, RecursionError):
        found = {"trouble": Trouble.UNREADABLE.value}
    sys.stdout.write(json.dumps(found))


def _read(kind: str, data: bytes, content_type: str) -> PageText:
    return read_pdf(data) if kind == "pdf" else read_html(decode(data, content_type=content_type))


if __name__ == "__main__":
    main(*sys.argv[1:3])
