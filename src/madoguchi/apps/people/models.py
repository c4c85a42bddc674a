"""Rows of the people room: people, households, dated events, sealed facts. Values stand here only sealed.

What is clear in a row is what reading needs: whose, which attribute, which source, when.
"""

import uuid

from django.db import models

from madoguchi.apps.people.contracts import EventKind, Method, Role
from madoguchi.core.vault_models import VaultKey


class Person(models.Model):
    """A person. After an erasure the row stays as an empty place that others may point at."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account_id = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 # many have none, each is unique
    created_at = models.DateTimeField()
    protected = models.BooleanField(default=False)
    """Under protection (支援措置): nobody is told where she lives and with whom."""
    erased_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"person {self.pk}"


class PersonIndex(models.Model):
    """Keyed hash of name and birth date, by which staff find a person; useless without the vault's key."""

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.CASCADE, related_name="index")
    fingerprint = models.CharField(max_length=64, db_index=True)
    key = models.ForeignKey(VaultKey, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"index of {self.person_id}"


class Household(models.Model):
    """A household (世帯). Who belongs to it on a day follows from events."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"household {self.pk}"


class LifeEvent(models.Model):
    """Something dated that happened to a person. Never changed; a wrong one is cancelled."""

    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in EventKind])
    on = models.DateField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="events")
    household = models.ForeignKey(Household, null=True, on_delete=models.PROTECT, related_name="events")
    other = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, blank=True, choices=[(role.value, role.value) for role in Role])
    complete = models.BooleanField(default=False)
    source = models.CharField(max_length=120)
    source_record = models.CharField(max_length=120)
    method = models.CharField(max_length=10, choices=[(method.value, method.value) for method in Method])
    obtained_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "source_record", "person", "kind"], name="one_event_per_record"),
        )

    def __str__(self) -> str:
        return f"{self.on}: {self.kind} of {self.person_id}"


class Fact(models.Model):
    """One value that a source told about a person or household. Never changed and never removed but by erasure."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="facts")
    household = models.ForeignKey(Household, null=True, on_delete=models.PROTECT, related_name="facts")
    attribute = models.CharField(max_length=80)
    sealed = models.BinaryField()
    key = models.ForeignKey(VaultKey, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=120)
    source_record = models.CharField(max_length=120)
    method = models.CharField(max_length=10, choices=[(method.value, method.value) for method in Method])
    assurance = models.PositiveSmallIntegerField(default=0)
    valid_from = models.DateField(null=True)
    """First day on which it holds; empty = always."""
    valid_to = models.DateField(null=True)
    """First day on which it no longer holds; empty = until something newer is told."""
    obtained_at = models.DateTimeField()
    """When the source told it."""
    superseded_by = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    """The fact that takes its place on every day on which it would hold."""
    superseded_at = models.DateTimeField(null=True)
    recorded_by = models.CharField(max_length=64)
    """Account or organisation that wrote it. Never handed out: it would tell the office of a protected person."""

    class Meta:
        indexes = (
            models.Index(fields=["person", "attribute"]),
            models.Index(fields=["household", "attribute"]),
        )
        constraints = (
            models.UniqueConstraint(fields=["source", "source_record", "attribute"], name="one_fact_per_record"),
            models.CheckConstraint(
                condition=models.Q(person__isnull=True) ^ models.Q(household__isnull=True), name="fact_of_one_subject"
            ),
        )

    def __str__(self) -> str:
        return f"{self.attribute} of {self.person_id or self.household_id} by {self.source}"
