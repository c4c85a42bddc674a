"""What tests of the files room share: owners, an upload by hand, a count of everything that is stored."""

from datetime import UTC, datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from madoguchi.apps.files import api
from madoguchi.apps.files.models import Content, Piece, StoredFile
from madoguchi.core.models import AuditEntry, OutboxEvent
from madoguchi.core.permissions import Actor

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
HANAKO = Actor("account-1", "")
DRAFT = api.Owner("draft", "draft-1")
CASE = api.Owner("case", "case-1")
PERSON = "0190b3a0-0000-7000-8000-000000000001"
ALL = api.KINDS


def send(data: bytes, name: str = "書類.pdf", **given: Any) -> api.FileRef:
    """Upload bytes as the browser of Hanako does."""
    wanted = {
        "owner": DRAFT,
        "subject_id": PERSON,
        "document": "所得証明書",
        "accepts": ALL,
        "actor": HANAKO,
        "now": NOW,
    }
    claimed = given.pop("claimed", "application/octet-stream")
    return api.receive(SimpleUploadedFile(name, data, content_type=claimed), **{**wanted, **given})


def stored() -> tuple[int, ...]:
    """Return how many rows of every kind there are."""
    return tuple(model.objects.count() for model in (StoredFile, Content, Piece, AuditEntry, OutboxEvent))
