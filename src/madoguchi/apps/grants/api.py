"""The door of the grants room: search calls for applications, read one."""

from madoguchi.apps.grants.contracts import (
    Attachment,
    CallContent,
    CallPage,
    CallState,
    CallView,
    Filters,
    Source,
)
from madoguchi.apps.grants.queries import get, search

__all__ = ["Attachment", "CallContent", "CallPage", "CallState", "CallView", "Filters", "Source", "get", "search"]
