"""Rows that every room stands on: organisations, the audit trail with its sealed blocks, the outbox of events, counts of calls, chores."""

import uuid

from django.db import models

from madoguchi.core.vault_models import VaultKey

__all__ = ["AuditBlock", "AuditEntry", "AuditSeal", "CallWindow", "Chore", "Organisation", "OutboxEvent", "VaultKey"]


class Organisation(models.Model):
    """A tenant or owner (組織): national body, metropolis, bureau, municipality, other body."""

    class Kind(models.TextChoices):
        NATION = "nation"
        METROPOLIS = "metropolis"
        BUREAU = "bureau"
        MUNICIPALITY = "municipality"
        BODY = "body"

    id = models.CharField(primary_key=True, max_length=40)
    kind = models.CharField(max_length=20, choices=Kind)
    name_ja = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    kana = models.CharField(max_length=100, blank=True)
    code = models.CharField(max_length=6, blank=True)
    """Official six-digit code (団体コード); empty for bodies that have none."""
    corporate_number = models.CharField(max_length=13, blank=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("order", "id")

    def __str__(self) -> str:
        return self.name_ja


class CallWindow(models.Model):
    """How often something was called under one key in one minute."""

    key = models.CharField(max_length=60)
    minute = models.BigIntegerField()
    calls = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["key", "minute"], name="one_count_per_minute"),)

    def __str__(self) -> str:
        return f"{self.key}: {self.calls}"


class Chore(models.Model):
    """When a piece of work that comes again was last begun."""

    name = models.CharField(primary_key=True, max_length=60)
    begun_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.begun_at}"


class AuditEntry(models.Model):
    """One thing that somebody did. `payload` holds the exact bytes that are hashed; rows are never changed."""

    at = models.DateTimeField()
    actor_id = models.CharField(max_length=64)
    organisation_id = models.CharField(max_length=40, blank=True)
    action = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=100)
    payload = models.BinaryField()
    transaction = models.BigIntegerField(null=True)
    """PostgreSQL's transaction id: identity order is not commit order, so sealing waits for older transactions."""

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["object_kind", "object_id"]),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_id} {self.action} {self.object_kind}/{self.object_id}"


class AuditBlock(models.Model):
    """A sealed, signed run of audit rows, chained to the block before."""

    number = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    count = models.PositiveIntegerField()
    previous_hash = models.BinaryField()
    sealed_at = models.CharField(max_length=40)
    hash = models.BinaryField()
    signature = models.BinaryField()

    class Meta:
        ordering = ("number",)

    def __str__(self) -> str:
        return f"block {self.number} ({self.count} rows)"


class AuditSeal(models.Model):
    """Which row stands where in which block."""

    entry = models.OneToOneField(AuditEntry, primary_key=True, on_delete=models.PROTECT, related_name="seal")
    block = models.ForeignKey(AuditBlock, on_delete=models.PROTECT, related_name="seals")
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ("block_id", "position")
        constraints = (models.UniqueConstraint(fields=["block", "position"], name="one_row_per_place"),)

    def __str__(self) -> str:
        return f"row {self.entry_id} in block {self.block_id}"


class OutboxEvent(models.Model):
    """An event written with the change that caused it, delivered afterwards at least once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=100)
    payload = models.JSONField()
    sealed = models.BinaryField(null=True)
    """Fields that hold personal data, sealed; removed once the event is delivered."""
    key = models.ForeignKey(VaultKey, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    delivered_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        ordering = ("created_at", "id")
        indexes = (models.Index(fields=["delivered_at", "created_at"]),)

    def __str__(self) -> str:
        return f"{self.name} {self.id}"
