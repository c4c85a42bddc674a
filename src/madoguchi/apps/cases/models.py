"""Rows of the cases room: a case, its append-only actions, the words sealed beside them, letters, and what chores remember.

The actions are the truth. The columns of a case that queues read follow from them (`columns`), which `verifying` checks.
"""

import uuid

from django.db import models

from madoguchi.apps.cases.contracts import ActionKind, Channel, Party, State
from madoguchi.core.models import Organisation
from madoguchi.core.vault_models import VaultKey


def _choices(kind: type[State] | type[ActionKind] | type[Party] | type[Channel]) -> list[tuple[str, str]]:
    return [(item.value, item.value) for item in kind]


class CaseCounter(models.Model):
    """The last running number of an organisation in a fiscal year; its row is locked while a case is opened."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["organisation", "year"], name="one_case_counter_per_year"),)

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.year}: {self.last}"


class Case(models.Model):
    """One application at one authority. Columns from `organisation` down follow from the actions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=60, unique=True)
    key = models.CharField(max_length=100, unique=True)
    """The submission's key: a second delivery of it finds this row."""
    procedure_id = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    subject_kind = models.CharField(max_length=10)
    subject_id = models.CharField(max_length=64, db_index=True)
    account_id = models.CharField(max_length=64)
    acting_for = models.CharField(max_length=64, blank=True)
    bundle_id = models.CharField(max_length=80, blank=True)
    channel = models.CharField(max_length=10, choices=_choices(Channel))
    opened_at = models.DateTimeField()

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=_choices(State))
    assignee_id = models.CharField(max_length=64, blank=True)
    assignee_name = models.CharField(max_length=100, blank=True)
    due_on = models.DateField(null=True)
    """While the clock stands still: the day as it was when it stopped."""
    at_risk_on = models.DateField(null=True)
    """The day on which 80 % of the period are used."""
    paused_on = models.DateField(null=True)
    paused_days = models.PositiveIntegerField(default=0)
    """Calendar days of ended pauses."""
    corrections = models.PositiveSmallIntegerField(default=0)
    last_number = models.PositiveIntegerField()
    decided_on = models.DateField(null=True)
    notified_on = models.DateField(null=True)
    outcome = models.CharField(max_length=20, blank=True)
    in_time = models.BooleanField(null=True)
    """Decided by the day it was due; empty while undecided or without a period."""
    valid_until = models.DateField(null=True)
    priority = models.PositiveSmallIntegerField(default=0)
    """2: an objection is open; 1: the applicant waits for an answer; 0."""
    closed_on = models.DateField(null=True)
    retain_until = models.DateField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("opened_at", "id")
        indexes = (
            models.Index(fields=["organisation", "state", "due_on"], name="case_queue"),
            models.Index(fields=["organisation", "due_on"], name="case_due"),
            models.Index(fields=["organisation", "assignee_id", "due_on"], name="case_of_assignee"),
            models.Index(fields=["organisation", "procedure_id", "due_on"], name="case_of_procedure"),
            models.Index(fields=["organisation", "opened_at"], name="case_opened"),
            models.Index(fields=["organisation", "changed_at"], name="case_changed"),
            models.Index(fields=["valid_until"], condition=models.Q(valid_until__isnull=False), name="case_validity"),
            models.Index(
                fields=["retain_until"], condition=models.Q(retain_until__isnull=False), name="case_retention"
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class Action(models.Model):
    """One thing that was done. Never changed and never removed (triggers); chained by hashes within its case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="actions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=_choices(ActionKind))
    at = models.DateTimeField()
    actor_id = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=100, blank=True)
    """Of staff; applicants stand here without a name."""
    party = models.CharField(max_length=10, choices=_choices(Party))
    public = models.BooleanField()
    """The applicant sees it."""
    data = models.JSONField()
    """Ids, dates and codes: what the machine reads. No words of or about people."""
    words_digest = models.CharField(max_length=64, blank=True)
    """SHA-256 of the salted words; empty when there are none."""
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("case_id", "number")
        constraints = (models.UniqueConstraint(fields=["case", "number"], name="one_action_per_number"),)

    def __str__(self) -> str:
        return f"{self.case_id} {self.number} {self.kind}"


class ActionWords(models.Model):
    """What people wrote and answered in an action, sealed. Removed after the retention period; the action stays."""

    action = models.OneToOneField(Action, primary_key=True, on_delete=models.PROTECT, related_name="words")
    sealed = models.BinaryField()
    key = models.ForeignKey(VaultKey, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"words of action {self.action_id}"


class Likeness(models.Model):
    """Keyed hash of the answers by which a double application is found; useless without the vault's key."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="likenesses")
    check_id = models.CharField(max_length=60)
    fingerprint = models.CharField(max_length=64, db_index=True)
    key = models.ForeignKey(VaultKey, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "check_id"], name="one_likeness_per_check"),)

    def __str__(self) -> str:
        return f"likeness of {self.case_id} by {self.check_id}"


class Letter(models.Model):
    """A letter as it was made: hash and PDF sealed together, the same at every download."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="letters")
    number = models.PositiveIntegerField()
    """Of the action that made it."""
    kind = models.CharField(max_length=12)
    outcome = models.CharField(max_length=20)
    decided_on = models.DateField()
    valid_until = models.DateField(null=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    """Who decided, also after the case went elsewhere."""
    code_hash = models.CharField(max_length=64, unique=True)
    """SHA-256 of the verification code, which is random and stands only in the letter."""
    size = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    sealed = models.BinaryField(null=True)
    """Empty after the retention period."""
    key = models.ForeignKey(VaultKey, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("case_id", "number")
        constraints = (models.UniqueConstraint(fields=["case", "number"], name="one_letter_per_action"),)

    def __str__(self) -> str:
        return f"letter {self.id} of {self.case_id}"


class Told(models.Model):
    """Something that is said once: a renewal that comes near, a day that passed. `mark` makes it one."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    mark = models.CharField(max_length=30)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "kind", "mark"], name="told_once"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.mark} of {self.case_id}"


class Review(models.Model):
    """How somebody found applying. It names no case and no account: only what was applied for, where, and the day.

    `Told` notes beside the case that a review was given, so that each case has one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    procedure_id = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10, choices=_choices(Channel))
    on = models.DateField()
    ease = models.PositiveSmallIntegerField()
    """1 (very hard) to 5 (very easy)."""
    clear = models.PositiveSmallIntegerField(null=True)
    """1 to 5: how well she knew where the application stood."""
    minutes = models.PositiveSmallIntegerField(null=True)
    """All the time it took her, as she says."""
    troubles = models.JSONField(default=list)
    sealed = models.BinaryField(null=True)
    """Words; empty without any."""
    key = models.ForeignKey(VaultKey, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-on", "id")
        indexes = (models.Index(fields=["organisation", "on"], name="review_of_organisation"),)

    def __str__(self) -> str:
        return f"review of {self.procedure_id} on {self.on}"


class Forecast(models.Model):
    """A fitted model of how long cases take; the newest is used."""

    made_at = models.DateTimeField()
    cases = models.PositiveIntegerField()
    """How many cases it was fitted to."""
    content = models.JSONField()

    class Meta:
        ordering = ("-made_at",)

    def __str__(self) -> str:
        return f"forecast of {self.made_at:%Y-%m-%d} from {self.cases} cases"
