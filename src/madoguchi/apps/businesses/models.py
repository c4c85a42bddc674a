"""Rows of the business registry: businesses, published statements, the changes feed, facts, links, cases to review.

`Business` is derived from `Statement` (the newest published state) and can be rebuilt from it at any time. What is known
of people (sole proprietors, records of other systems) lies sealed; `sealing` opens it.
"""

import uuid

from django.db import models

from madoguchi.apps.businesses.contracts import ChangeKind, Method, NotLinked, Status
from madoguchi.core.models import Organisation
from madoguchi.core.vault_models import VaultKey

_NAMING = (
    "name", "kana", "name_en", "core", "core_reversed", "prefecture", "city", "street", "postal_code", "outside", "town",
    "blocks",
)  # fmt: skip
"""Columns that would name or place a person more closely than a municipality does."""


class Business(models.Model):
    """One business. The id is never used again; corporations get one that contains their number (see `keys`).

    A sole proprietor's row says no more than the municipality: name and address lie sealed in `SoleProprietor`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    corporate_number = models.CharField(max_length=13, null=True, unique=True)  # noqa: DJ001 # sole proprietors have none
    name = models.CharField(max_length=300, blank=True)
    name_has_image = models.BooleanField(default=False)
    kana = models.CharField(max_length=600, blank=True)
    name_en = models.CharField(max_length=600, blank=True)
    core = models.CharField(max_length=300, blank=True)
    """The folded name without its legal form; compared, never shown."""
    core_reversed = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=3, blank=True)
    status = models.CharField(max_length=10, choices=[(s.value, s.value) for s in Status], default=Status.ACTIVE)
    closed_on = models.DateField(null=True)
    close_cause = models.CharField(max_length=2, blank=True)
    successor_number = models.CharField(max_length=13, blank=True)
    prefecture = models.CharField(max_length=10, blank=True)
    city = models.CharField(max_length=40, blank=True)
    street = models.CharField(max_length=600, blank=True)
    city_code = models.CharField(max_length=5, blank=True)
    postal_code = models.CharField(max_length=7, blank=True)
    outside = models.CharField(max_length=600, blank=True)
    town = models.CharField(max_length=80, blank=True)
    blocks = models.CharField(max_length=40, blank=True)
    """Block numbers behind the town, joined by "-"."""
    withheld = models.BooleanField(default=False)
    assigned_on = models.DateField(null=True)
    changed_on = models.DateField(null=True)
    source = models.CharField(max_length=20)
    as_of = models.DateField(null=True)
    is_latest = models.BooleanField(default=True)
    statement = models.CharField(max_length=32, blank=True)
    """Digest of the statement that this row shows."""
    sequence = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("corporate_number", "id")
        indexes = (
            models.Index(fields=["core"], name="business_core_ix", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["core_reversed"], name="business_reversed_ix", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["city_code", "town"], name="business_town_ix"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(corporate_number__isnull=False) | models.Q(**dict.fromkeys(_NAMING, "")),
                name="business_of_person_unnamed",
            ),
        )

    def __str__(self) -> str:
        return self.corporate_number or f"sole proprietor {self.pk}"


class SoleProprietor(models.Model):
    """Name, reading and address of a person who does business under no corporate number; only sealed."""

    business = models.OneToOneField(Business, primary_key=True, on_delete=models.CASCADE, related_name="proprietor")
    sealed = models.BinaryField()
    key = models.ForeignKey(VaultKey, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"record of {self.business_id}"


class Statement(models.Model):
    """One state of a corporation as the source published it. Never changed, never removed."""

    corporate_number = models.CharField(max_length=13)
    digest = models.CharField(max_length=32)
    """BLAKE2b-128 of the canonical contents: the same statement twice stays one row."""
    published_on = models.DateField()
    latest = models.PositiveSmallIntegerField()
    """2 the source says it is the newest, 1 it does not say, 0 it says it is not."""
    changed_on = models.DateField(null=True)
    content = models.TextField()
    """The columns that are not empty, as JSON."""

    class Meta:
        ordering = ("corporate_number", "published_on", "changed_on", "digest")
        constraints = (models.UniqueConstraint(fields=["corporate_number", "digest"], name="one_statement_once"),)

    def __str__(self) -> str:
        return f"{self.corporate_number} {self.published_on}"


class FormerState(models.Model):
    """A name or place that a corporation had before; derived from older statements, for linking records."""

    corporate_number = models.CharField(max_length=13, db_index=True)
    name = models.CharField(max_length=300)
    core = models.CharField(max_length=300, blank=True, db_index=True)
    city_code = models.CharField(max_length=5, blank=True)
    town = models.CharField(max_length=80, blank=True)
    blocks = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ("corporate_number", "id")
        indexes = (models.Index(fields=["city_code", "town"], name="business_former_town_ix"),)

    def __str__(self) -> str:
        return f"{self.corporate_number} {self.name}"


class Establishment(models.Model):
    """A branch or other place of business, from a source other than the corporate register."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="establishments")
    source = models.CharField(max_length=20)
    source_record = models.CharField(max_length=100)
    name = models.CharField(max_length=300)
    kana = models.CharField(max_length=600, blank=True)
    address = models.CharField(max_length=600, blank=True)
    city_code = models.CharField(max_length=5, blank=True)
    town = models.CharField(max_length=80, blank=True)
    as_of = models.DateField(null=True)

    class Meta:
        ordering = ("business", "source", "source_record")
        constraints = (
            models.UniqueConstraint(fields=["business", "source", "source_record"], name="one_establishment_once"),
        )

    def __str__(self) -> str:
        return self.name


class Fact(models.Model):
    """One fact from one source. A newer value of the same source supersedes the older one, which stays.

    A corporation's value stands in `value`, a sole proprietor's only in `sealed`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="facts")
    attribute = models.CharField(max_length=40)
    value = models.JSONField(null=True)
    sealed = models.BinaryField(null=True)
    key = models.ForeignKey(VaultKey, null=True, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=20)
    method = models.CharField(max_length=12, choices=[(m.value, m.value) for m in Method])
    as_of = models.DateField(null=True)
    obtained_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("business", "attribute", "-obtained_at")
        constraints = (
            models.UniqueConstraint(
                fields=["business", "attribute", "source"],
                condition=models.Q(superseded_at=None),
                name="one_fact_per_source",
            ),
            models.CheckConstraint(
                condition=models.Q(value__isnull=True, sealed__isnull=False, key__isnull=False)
                | models.Q(value__isnull=False, sealed__isnull=True, key__isnull=True),
                name="fact_clear_or_sealed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.attribute} of {self.business_id}"


class AccountLink(models.Model):
    """Which account acts for which business. Several accounts may act for one."""

    account_id = models.CharField(primary_key=True, max_length=64)
    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="accounts")
    issuer = models.CharField(max_length=200)
    verified = models.BooleanField()
    """The sign-in service had proven who it is (gBizIDプライム or a member of one)."""
    linked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account_id} → {self.business_id}"


class UnlinkedAccount(models.Model):
    """An account that signed in for a business and acts for none, with the reason; removed once it is linked."""

    account_id = models.CharField(primary_key=True, max_length=64)
    reason = models.CharField(max_length=20, choices=[(r.value, r.value) for r in NotLinked])
    corporate_number = models.CharField(max_length=13, blank=True)
    """The checked number that the register does not hold."""
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account_id}: {self.reason}"


class FeedCounter(models.Model):
    """One row whose lock makes the order of the changes feed the order of commits."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    value = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"feed at {self.value}"


class ChangeEntry(models.Model):
    """One entry of the changes feed. Only written under the lock of the counter."""

    sequence = models.BigIntegerField(primary_key=True)
    business_id = models.UUIDField()
    corporate_number = models.CharField(max_length=13, null=True)  # noqa: DJ001 # sole proprietors have none
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in ChangeKind])
    at = models.DateTimeField()

    class Meta:
        ordering = ("sequence",)

    def __str__(self) -> str:
        return f"{self.sequence}: {self.business_id} {self.kind}"


class Town(models.Model):
    """One town (町丁目) of the pack's list."""

    city_code = models.CharField(max_length=5)
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ("city_code", "name")
        constraints = (models.UniqueConstraint(fields=["city_code", "name"], name="one_town_once"),)

    def __str__(self) -> str:
        return self.name


class RejectedRow(models.Model):
    """A row of a file that could not be taken in, with the reason; kept apart as it stood."""

    key = models.CharField(max_length=64, unique=True)
    """SHA-256 of file name, line and text: the same file twice leaves one row."""
    file = models.CharField(max_length=200)
    line = models.PositiveIntegerField()
    field = models.CharField(max_length=40)
    reason = models.CharField(max_length=300)
    remedy = models.CharField(max_length=300)
    text = models.TextField()
    rejected_at = models.DateTimeField()

    class Meta:
        ordering = ("file", "line")

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.field}: {self.reason}"


class LinkCase(models.Model):
    """A record of another system and what linking found; a person decides what the engine leaves open."""

    class State(models.TextChoices):
        MATCHED = "matched"
        WAITING = "waiting"
        UNKNOWN = "unknown"
        ACCEPTED = "accepted"
        REJECTED = "rejected"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    source = models.CharField(max_length=60)
    source_record = models.CharField(max_length=100)
    sealed = models.BinaryField()
    """The record as given: name, number, address, postal_code, kana, representative."""
    key = models.ForeignKey(VaultKey, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State)
    candidates = models.JSONField(default=list)
    """The best few: business id, points, reasons."""
    business = models.ForeignKey(Business, null=True, on_delete=models.PROTECT)
    engine_version = models.CharField(max_length=20)
    received_at = models.DateTimeField()
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("received_at", "source", "source_record")
        constraints = (
            models.UniqueConstraint(fields=["organisation", "source", "source_record"], name="one_case_per_record"),
        )
        indexes = (models.Index(fields=["organisation", "state"], name="business_waiting_ix"),)

    def __str__(self) -> str:
        return f"{self.source}/{self.source_record} {self.state}"
