"""Who looked: emergencies, the access log, questions about it. The log holds plain ids, since it outlives what it names."""

import json

from django.db import models

from madoguchi.apps.consents.models.terms import DataAgreement
from madoguchi.apps.consents.models.words import WithWords, new_id
from madoguchi.apps.consents.sealing import entry_words
from madoguchi.core.models import Organisation
from madoguchi.core.vault_models import VaultKey


class BreakGlass(WithWords):
    """An emergency: for a short time one member of staff may read one subject's facts. Must be reviewed."""

    class Outcome(models.TextChoices):
        JUSTIFIED = "justified"
        NOT_JUSTIFIED = "not_justified"

    id = models.CharField(primary_key=True, max_length=36, default=new_id)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    agreement = models.ForeignKey(DataAgreement, on_delete=models.PROTECT)
    actor_id = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=100)
    subject_id = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    review_outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    reviewed_by = models.CharField(max_length=64, blank=True)
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-opened_at",)
        indexes = (models.Index(fields=["organisation", "opened_at"], name="break_glass_of_organisation"),)

    def __str__(self) -> str:
        return f"{self.id} {self.actor_name}"

    @property
    def reason(self) -> str:
        """Return why it was opened, in the words of who opened it."""
        return self.word("reason")

    @property
    def review_note(self) -> str:
        """Return what the reviewer found; empty before the review."""
        return self.word("review_note")


class AccessEntry(models.Model):
    """One time that somebody asked for facts: who, whose, what for, which, on what basis, with what result."""

    class Result(models.TextChoices):
        DISCLOSED = "disclosed"
        PARTLY = "partly"
        WITHHELD = "withheld"

    id = models.CharField(primary_key=True, max_length=36)
    at = models.DateTimeField()
    subject_kind = models.CharField(max_length=10)
    subject_id = models.CharField(max_length=64)
    organisation_id = models.CharField(max_length=40)
    client_id = models.CharField(max_length=40)
    actor_id = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=100)
    purpose_id = models.CharField(max_length=60)
    basis = models.CharField(max_length=20)
    disclosed = models.JSONField()
    withheld = models.JSONField()
    """[[attribute, reason], …] with the true reason."""
    result = models.CharField(max_length=10, choices=Result)
    revision_hash = models.CharField(max_length=64)
    """Hash of the agreement's revision that was checked; empty when there was none."""
    consent_id = models.CharField(max_length=36)
    """The consent record, preview request or emergency that opened the door; empty for law."""
    sealed = models.BinaryField(null=True)
    """Case number and reason in the words of who asked (`journal`); empty where none was given."""
    key = models.ForeignKey(VaultKey, null=True, on_delete=models.PROTECT, related_name="+")
    hidden_until = models.DateTimeField(null=True)
    idempotency_key = models.CharField(max_length=80)
    request_hash = models.CharField(max_length=64)
    repeat_of = models.CharField(max_length=36)
    """The entry that this retry repeats; empty for a first call."""
    audit_id = models.BigIntegerField()
    """The row of the audit trail that holds the hash of this entry."""

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=["subject_id", "at"], name="access_to_subject"),
            models.Index(fields=["organisation_id", "at"], name="access_by_organisation"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["client_id", "idempotency_key"],
                condition=~models.Q(idempotency_key=""),
                name="one_access_per_key",
            ),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.organisation_id} {self.purpose_id} {self.result}"

    @property
    def case_reference(self) -> str:
        """Return the case number, empty when none was given; raise `vault.VaultError` when it does not open."""
        return self._word("case_reference")

    @property
    def reason(self) -> str:
        """Return the reason in words, empty when none was given; raise `vault.VaultError` when it does not open."""
        return self._word("reason")

    def _word(self, name: str) -> str:
        plain = entry_words(self.sealed, self.pk)
        return str(json.loads(plain)[name]) if plain is not None else ""


class AccessQuestion(WithWords):
    """A person's question about one access, and the organisation's answer."""

    entry = models.OneToOneField(AccessEntry, on_delete=models.PROTECT, related_name="question")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    asked_at = models.DateTimeField()
    answered_by = models.CharField(max_length=64, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("answered_at", "asked_at")
        indexes = (models.Index(fields=["organisation", "answered_at"], name="question_of_organisation"),)

    def __str__(self) -> str:
        return f"question about {self.entry_id}"

    @property
    def words_context(self) -> str:
        """Return what the words are bound to: the entry that is asked about, as the row has no id of its own yet."""
        return f"consents.accessquestion:{self.entry_id}"

    @property
    def text(self) -> str:
        """Return the question."""
        return self.word("text")

    @property
    def answer(self) -> str:
        """Return the organisation's answer; empty until there is one."""
        return self.word("answer")
