"""Turns pages (HTML, PDF, plain text) into text for comparing: what a reader sees, in order, tables with tabs.

Reading happens in a process of its own with little memory and time: a hostile page costs that process, not the server.
"""

from madoguchi.apps.upkeep.pages.model import MAX_BYTES, MAX_SIGNS, PageProblem, PageText, Trouble
from madoguchi.apps.upkeep.pages.reading import plain, read

__all__ = ["MAX_BYTES", "MAX_SIGNS", "PageProblem", "PageText", "Trouble", "plain", "read"]
