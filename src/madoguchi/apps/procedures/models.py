"""Rows of the procedures room: procedures with their versions and drafts, the banks of fields, the bundles."""

from django.db import models
from django.db.models import Q

from madoguchi.core.models import Organisation


class FieldBank(models.Model):
    """One state of the shared bank of fields. A version points at the bank that it was published with, for ever."""

    content_hash = models.CharField(max_length=64, unique=True)
    fields = models.JSONField()
    """Key → field in the pack's form; `options: municipalities` is already filled in."""
    documents = models.JSONField(default=dict)
    """Id of a document → its names."""
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"bank {self.content_hash[:8]}"


class Procedure(models.Model):
    """A procedure (手続). What it asks stands in its versions; the id is never used again."""

    id = models.SlugField(primary_key=True, max_length=80)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    """Who edits it: its authority, or the keeper of what all municipalities share."""
    withdrawn = models.BooleanField(default=False)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.id


class ProcedureVersion(models.Model):
    """One state of a procedure: a draft until it is published, then never changed, since cases point at it."""

    class Origin(models.TextChoices):
        PACK = "pack"
        EDITOR = "editor"

    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(null=True)
    """None while it is a draft."""
    record = models.JSONField()
    content_hash = models.CharField(max_length=64)
    bank = models.ForeignKey(FieldBank, on_delete=models.PROTECT, related_name="+")
    effective_from = models.DateField()
    origin = models.CharField(max_length=10, choices=Origin)
    state = models.CharField(max_length=10, choices=State)
    revision = models.PositiveIntegerField(default=0)
    """Raised with every save of a draft: tells two people apart who edit at once."""
    based_on = models.PositiveIntegerField(default=0)
    """Number of the version that a draft began from."""
    edited_by = models.CharField(max_length=64)
    edited_at = models.DateTimeField()
    published_by = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("procedure", "number")
        constraints = (
            models.UniqueConstraint(fields=["procedure", "number"], name="one_procedure_version_per_number"),
            models.UniqueConstraint(fields=["procedure"], condition=Q(state="draft"), name="one_draft_per_procedure"),
        )
        indexes = (models.Index(fields=["procedure", "state", "effective_from"]),)

    def __str__(self) -> str:
        return f"{self.procedure_id} v{self.number or 'draft'}"


class Bundle(models.Model):
    """Procedures that belong to one event of life, as the pack lists them."""

    id = models.SlugField(primary_key=True, max_length=80)
    order = models.PositiveIntegerField()
    record = models.JSONField()
    content_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("order", "id")

    def __str__(self) -> str:
        return self.id
