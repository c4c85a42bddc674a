"""Rows of the upkeep room: who looks after a programme, reviews, pages and what they propose, findings, links."""

import uuid

from django.db import models

from madoguchi.apps.upkeep.contracts import ChangeState, Check, LinkOutcome, Origin, PageKind, Severity
from madoguchi.core.models import Organisation


class Handover(models.Model):
    """A programme in the hands of a named person until a day. At most one is open per programme."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme_id = models.SlugField(max_length=80)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    account_id = models.CharField(max_length=64)
    due_on = models.DateField()
    given_by = models.CharField(max_length=64)
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-given_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["programme_id"], condition=models.Q(ended_at=None), name="one_open_handover_per_programme"
            ),
        )

    def __str__(self) -> str:
        return f"{self.programme_id} until {self.due_on}"


class Review(models.Model):
    """Somebody looked at a programme and found nothing to change. Never changed."""

    programme_id = models.SlugField(max_length=80)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    version = models.PositiveIntegerField()
    """The version that was looked at."""
    published = models.PositiveIntegerField(null=True)
    """The version that carries the new dates; empty when they wait in the draft."""
    checked_on = models.DateField()
    review_on = models.DateField()
    note = models.CharField(max_length=500, blank=True)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=["programme_id", "at"]),)

    def __str__(self) -> str:
        return f"{self.programme_id} v{self.version} at {self.at:%Y-%m-%d}"


class SourcePage(models.Model):
    """A page that was compared with a programme. The same text for the same programme stays one row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme_id = models.SlugField(max_length=80)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in PageKind])
    url = models.CharField(max_length=2_000, blank=True)
    """Where it came from: an address, the name of a file, or nothing."""
    title = models.CharField(max_length=300, blank=True)
    sha256 = models.CharField(max_length=64)
    """Of the text."""
    text = models.TextField()
    is_cut = models.BooleanField(default=False)
    """The page was longer than what is read."""
    fetched_at = models.DateTimeField()
    by = models.CharField(max_length=64)
    read = models.JSONField(default=dict)
    """What was read last besides changes: `about`, `confirmed`, `doubts`, `refused` (of a language model), `trouble`."""

    class Meta:
        ordering = ("-fetched_at",)
        constraints = (models.UniqueConstraint(fields=["programme_id", "sha256"], name="one_page_per_text"),)

    def __str__(self) -> str:
        return f"page of {self.programme_id} at {self.fetched_at:%Y-%m-%d %H:%M}"


class ProposedChange(models.Model):
    """One change that a page proposes, with the words behind it and what became of it."""

    page = models.ForeignKey(SourcePage, on_delete=models.CASCADE, related_name="changes")
    key = models.CharField(max_length=64)
    """SHA-256 of field, new value and quotation: the same page again finds what was decided."""
    field = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    quote = models.TextField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    confidence = models.FloatField()
    origin = models.CharField(max_length=10, choices=[(origin.value, origin.value) for origin in Origin])
    state = models.CharField(
        max_length=10, choices=[(state.value, state.value) for state in ChangeState], default=ChangeState.OPEN.value
    )
    by = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(null=True)
    why = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("start", "pk")
        constraints = (models.UniqueConstraint(fields=["page", "key"], name="one_change_per_page_and_key"),)

    def __str__(self) -> str:
        return f"{self.field}: {self.old} → {self.new} ({self.state})"


class Finding(models.Model):
    """Something that a check found, from when it was first seen until it is resolved."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    check_name = models.CharField(max_length=12, choices=[(check.value, check.value) for check in Check])
    key = models.CharField(max_length=64, unique=True)
    """SHA-256 of check, place and what is meant: seen again, it stays one row."""
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    programme_id = models.CharField(max_length=120, blank=True)
    """Empty for a gap; an imported record's number for what was found in an imported file."""
    code = models.CharField(max_length=40)
    """Which sentence says it (texts.py)."""
    detail = models.JSONField(default=dict)
    severity = models.CharField(max_length=10, choices=[(level.value, level.value) for level in Severity])
    record_hash = models.CharField(max_length=64, blank=True)
    """Of the record in which it was seen last."""
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    quiet_hash = models.CharField(max_length=64, blank=True)
    """The record for which somebody said that it is as intended; another record is loud again."""
    quiet_why = models.CharField(max_length=500, blank=True)
    quiet_by = models.CharField(max_length=64, blank=True)
    quiet_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("severity", "check_name", "programme_id", "key")
        indexes = (models.Index(fields=["organisation", "resolved_at"]), models.Index(fields=["programme_id"]))

    def __str__(self) -> str:
        return f"{self.check_name} {self.programme_id}: {self.code}"

    @property
    def is_quiet(self) -> bool:
        """Tell whether somebody said that it is as intended, and the record is still the same."""
        return bool(self.quiet_at) and self.quiet_hash == self.record_hash


class LinkLook(models.Model):
    """What came of following an address on a day."""

    url = models.CharField(max_length=2_000)
    url_hash = models.CharField(max_length=64)
    day = models.DateField()
    outcome = models.CharField(max_length=10, choices=[(item.value, item.value) for item in LinkOutcome])
    status = models.PositiveIntegerField(null=True)
    target = models.CharField(max_length=2_000, blank=True)
    """Where a moved address leads."""
    why = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-day",)
        constraints = (models.UniqueConstraint(fields=["url_hash", "day"], name="one_look_per_link_and_day"),)

    def __str__(self) -> str:
        return f"{self.url} on {self.day}: {self.outcome}"


class CheckRun(models.Model):
    """One row: when the checks last ran, over what. Its lock lets one runner store at a time."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField(null=True)
    sequence = models.BigIntegerField(default=0)
    """Of the registry's changes feed."""
    programmes = models.PositiveIntegerField(default=0)
    imported = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"checks at {self.at}"
