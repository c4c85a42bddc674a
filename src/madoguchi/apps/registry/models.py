"""Rows of the registry: programmes, their versions and drafts, the changes feed, the parts of the pack."""

from django.db import models

from madoguchi.core.models import Organisation


class Programme(models.Model):
    """A programme (制度). Its contents stand in versions; the id is never used again."""

    id = models.SlugField(primary_key=True, max_length=80)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    current = models.ForeignKey("ProgrammeVersion", null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn = models.BooleanField(default=False)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.id


class ProgrammeVersion(models.Model):
    """One published state of a programme. Never changed; a change is a new version."""

    class Origin(models.TextChoices):
        PACK = "pack"
        DESK = "desk"

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    """The record in the pack's form (docs/packs.md)."""
    content_hash = models.CharField(max_length=64)
    engine_version = models.CharField(max_length=20)
    origin = models.CharField(max_length=10, choices=Origin)
    draft_revision = models.PositiveIntegerField(default=0)
    """The draft's revision that was published: publishing it again gives this version back."""
    note = models.CharField(max_length=500, blank=True)
    created_by = models.CharField(max_length=64)
    published_at = models.DateTimeField()

    class Meta:
        ordering = ("programme", "number")
        constraints = (models.UniqueConstraint(fields=["programme", "number"], name="one_version_per_number"),)

    def __str__(self) -> str:
        return f"{self.programme_id} v{self.number}"


class ProgrammeDraft(models.Model):
    """Changes that are not published yet. `revision` tells two people apart who edit at once."""

    programme = models.OneToOneField(Programme, primary_key=True, on_delete=models.CASCADE, related_name="draft")
    content = models.JSONField()
    base_version = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=1)
    updated_by = models.CharField(max_length=64)
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"draft of {self.programme_id}"


class FeedCounter(models.Model):
    """One row whose lock makes the order of the changes feed the order of commits."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    value = models.BigIntegerField(default=0)
    token = models.CharField(max_length=32, blank=True)
    """Changes with every step, so that a number used again after a rollback is not taken for the old one."""

    def __str__(self) -> str:
        return f"feed at {self.value}"


class ChangeEntry(models.Model):
    """One entry of the changes feed."""

    class Kind(models.TextChoices):
        CREATED = "created"
        UPDATED = "updated"
        WITHDRAWN = "withdrawn"

    sequence = models.BigIntegerField(primary_key=True)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()

    class Meta:
        ordering = ("sequence",)

    def __str__(self) -> str:
        return f"{self.sequence}: {self.programme_id} v{self.version} {self.kind}"


class PackPart(models.Model):
    """One list of the pack (attributes, questions, life events …) as it was loaded."""

    name = models.CharField(primary_key=True, max_length=40)
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.name


class ImportedRecord(models.Model):
    """One record of a published registry file as it stood in the file; rejected ones are kept too. Never changed."""

    key = models.CharField(max_length=64, unique=True)
    """SHA-256 of the text: the same record twice stays one row."""
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT)
    psid = models.CharField(max_length=100, blank=True, db_index=True)
    file = models.CharField(max_length=200)
    line = models.PositiveIntegerField()
    text = models.TextField()
    rejected = models.BooleanField()
    findings = models.JSONField()
    imported_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.psid}"
