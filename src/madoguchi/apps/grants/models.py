"""Rows of the grants room: calls, every version of what their source said, runs of imports, ways to apply here."""

import uuid

from django.db import models

from madoguchi.apps.grants.contracts import Source


class Call(models.Model):
    """A call for applications as its source says it now. The columns besides `content` are drawn from it."""

    id = models.CharField(primary_key=True, max_length=80)
    """The id at the source. Ids of the pack hold a hyphen, those of jGrants do not."""
    source = models.CharField(max_length=10, choices=[(source.value, source.value) for source in Source])
    content = models.JSONField()
    hash = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    taken_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    opens_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    words = models.TextField()
    """Folded text that a search looks into."""
    areas = models.TextField()
    """Names between bars: |東京都|大阪府|."""
    industries = models.TextField()
    employees_from = models.PositiveIntegerField(null=True)
    employees_to = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = (models.Index(fields=["closes_at", "id"]), models.Index(fields=["source", "seen_at"]))

    def __str__(self) -> str:
        return f"call {self.pk}"


class CallVersion(models.Model):
    """What a source said about a call at some time. Never changed."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    hash = models.CharField(max_length=64)
    taken_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["call", "number"], name="one_call_version_per_number"),)

    def __str__(self) -> str:
        return f"version {self.number} of {self.call_id}"


class ProcedureLink(models.Model):
    """Which procedure of this platform takes applications for a call."""

    call_id = models.CharField(primary_key=True, max_length=80)
    procedure_id = models.CharField(max_length=80)

    def __str__(self) -> str:
        return f"{self.call_id} → {self.procedure_id}"


class ImportRun(models.Model):
    """One import from jGrants: how far it came, what it did, what was wrong."""

    class State(models.TextChoices):
        """How a run stands."""

        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        """Stopped by an error; the next import goes on with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    origin = models.CharField(max_length=500)
    """Name of the file or address of the service."""
    state = models.CharField(max_length=10, choices=State.choices)
    started_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    waiting = models.JSONField(null=True)
    """Ids whose details are still to be read; empty before the lists were read."""
    counts = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    """Rows that were not taken: id and reason, the first fifty."""
    error = models.TextField(blank=True)

    class Meta:
        ordering = ("-started_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["origin"], condition=models.Q(finished_at=None), name="one_unfinished_import_per_origin"
            ),
        )

    def __str__(self) -> str:
        return f"import of {self.origin} at {self.started_at:%Y-%m-%d %H:%M}"
