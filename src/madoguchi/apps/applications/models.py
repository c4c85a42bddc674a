"""Rows of the applications room: drafts, whose answers stand here only sealed, and receipts, which hold numbers only."""

import uuid

from django.db import models

from madoguchi.apps.applications.contracts import DraftState
from madoguchi.core.vault_models import VaultKey


class Draft(models.Model):
    """One conversation over one or several procedures. Sent or deleted, it stays as an empty row until it is forgotten."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account_id = models.CharField(max_length=64)
    subject_kind = models.CharField(max_length=10)
    subject_id = models.CharField(max_length=64)
    acting_for = models.CharField(max_length=64, blank=True)
    """The principal on whose behalf the account writes; empty for one's own affairs."""
    bundle_id = models.CharField(max_length=80, blank=True)
    procedures = models.JSONField()
    """[[id, version], …] in the order in which the cases are opened."""
    state = models.CharField(
        max_length=10, choices=[(state.value, state.value) for state in DraftState], default=DraftState.OPEN
    )
    number = models.PositiveIntegerField(default=1)
    """Grows with each change, so that two windows notice each other."""
    sealed = models.BinaryField(null=True)
    key = models.ForeignKey(VaultKey, null=True, on_delete=models.PROTECT, related_name="+")
    effort = models.JSONField(default=dict)
    """Page id → [seconds, inputs typed, times sent]: how long it took, never what was written."""
    submission_key = models.UUIDField(default=uuid.uuid4, unique=True)
    start_key = models.CharField(max_length=64, unique=True)
    """Of the form that began it: a second press begins no second draft."""
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = (models.Index(fields=["account_id", "state", "-changed_at"]),)

    def __str__(self) -> str:
        return f"draft {self.pk} ({self.state})"


class Receipt(models.Model):
    """What one sending opened: case numbers, days, counts. It names no person but by id and repeats no answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draft = models.OneToOneField(Draft, null=True, on_delete=models.SET_NULL, related_name="receipt")
    account_id = models.CharField(max_length=64)
    subject_kind = models.CharField(max_length=10)
    subject_id = models.CharField(max_length=64, db_index=True)
    acting_for = models.CharField(max_length=64, blank=True)
    bundle_id = models.CharField(max_length=80, blank=True)
    cases = models.JSONField()
    savings = models.JSONField()
    effort = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["account_id", "-created_at"]),)

    def __str__(self) -> str:
        return f"receipt {self.pk}"
