"""Rows of the files room: owners, references to files, contents and their sealed pieces.

Several files may refer to one content (a certificate that two cases need); it goes when the last of them goes.
"""

import uuid

from django.db import models

from madoguchi.apps.files.contracts import OwnerKind, State
from madoguchi.core.vault_models import VaultKey


class FileOwner(models.Model):
    """A draft or case with files: the row that is locked while its limits are checked."""

    kind = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in OwnerKind])
    reference = models.CharField(max_length=64)
    keep_until = models.DateField(null=True)
    """Last day on which contents are kept; empty = until the owner's room says so."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["kind", "reference"], name="one_row_per_file_owner"),)
        indexes = (models.Index(fields=["keep_until"]),)

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class Content(models.Model):
    """The bytes of an upload: how they stand with the scanner. After deletion the row stays without pieces."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=12, choices=[(state.value, state.value) for state in State])
    media_type = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    scanned_at = models.DateTimeField(null=True)
    scan_attempts = models.PositiveIntegerField(default=0)
    scan_after = models.DateTimeField(null=True)
    """Not before this moment is the scanner asked again."""

    class Meta:
        indexes = (
            models.Index(
                fields=["scan_after"],
                condition=models.Q(state__in=["quarantined", "unscanned"]),
                name="files_waiting_for_scan",
            ),
        )

    def __str__(self) -> str:
        return f"content {self.pk} ({self.state})"


class Piece(models.Model):
    """One sealed piece of a content."""

    content = models.ForeignKey(Content, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()
    key = models.ForeignKey(VaultKey, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["content", "number"], name="one_piece_per_number"),)

    def __str__(self) -> str:
        return f"piece {self.number} of {self.content_id}"

    @property
    def context(self) -> str:
        """Return what the sealed piece is bound to."""
        return f"files.piece:{self.content_id}:{self.number}"


class StoredFile(models.Model):
    """A file of an owner. Its name and hash are sealed, since both can tell about the person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(FileOwner, on_delete=models.PROTECT, related_name="files")
    content = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="files")
    subject_id = models.CharField(max_length=64)
    document = models.CharField(max_length=120)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.CharField(max_length=64)
    deleted_at = models.DateTimeField(null=True)
    sealed = models.BinaryField()
    key = models.ForeignKey(VaultKey, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = (models.Index(fields=["subject_id", "document", "uploaded_at"]),)

    def __str__(self) -> str:
        return f"file {self.pk} of {self.owner_id}"

    @property
    def context(self) -> str:
        """Return what the sealed name and hash are bound to."""
        return f"files.file:{self.pk}"
