"""Rows of consents: terms and their revisions, consent records, the access log, questions, clients and their requests.

Names follow the GovStack Consent building block. The log holds plain ids instead of keys, since it outlives what it
names. What people and staff write in their own words stands sealed (`WithWords`).
"""

import uuid

from django.db import models

from madoguchi.apps.consents import journal
from madoguchi.apps.consents.contracts import Basis, ConsentState, SubjectKind
from madoguchi.apps.consents.sealing import put, words_of
from madoguchi.core.models import Organisation
from madoguchi.core.vault_models import VaultKey


def new_id() -> str:
    """Return a fresh random id."""
    return str(uuid.uuid4())


SUBJECT_KINDS = [(kind.value, kind.value) for kind in SubjectKind]


class WithWords(models.Model):
    """A row with words that somebody wrote about a person: they stand only sealed, all in one value."""

    sealed = models.BinaryField()
    key = models.ForeignKey(VaultKey, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.words_context

    @property
    def words_context(self) -> str:
        """Return what the words are bound to: table and row."""
        return f"consents.{self._meta.model_name}:{self.pk}"

    def put_words(self, **words: str) -> None:
        """Seal words in place of those that were there; the caller saves the row."""
        put(self, words)

    def word(self, name: str) -> str:
        """Return one of the words, empty when nothing was written; raise `vault.VaultError` when it does not open."""
        return words_of(self).get(name, "")


class Revision(models.Model):
    """One state of one object, chained to the state before. `snapshot` holds the exact bytes that are hashed."""

    schema_name = models.CharField(max_length=30)
    object_id = models.CharField(max_length=120)
    number = models.PositiveIntegerField()
    snapshot = models.BinaryField()
    hash = models.CharField(max_length=64)
    predecessor_hash = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    authorised_by = models.CharField(max_length=64)

    class Meta:
        ordering = ("schema_name", "object_id", "number")
        constraints = (
            models.UniqueConstraint(fields=["schema_name", "object_id", "number"], name="one_state_per_number"),
        )

    def __str__(self) -> str:
        return f"{self.schema_name} {self.object_id} r{self.number}"


class DataAttribute(models.Model):
    """A kind of fact that may be asked for, in words."""

    name = models.CharField(primary_key=True, max_length=40)
    category = models.CharField(max_length=20)
    """ordinary, or one of the three kinds that people least want to give (services.terms.RELUCTANT)."""
    sensitivity = models.PositiveSmallIntegerField()
    words = models.JSONField()
    order = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("order", "name")

    def __str__(self) -> str:
        return self.name


class Policy(models.Model):
    """Rules that several agreements share: where the data lies, under which law, how long."""

    id = models.CharField(primary_key=True, max_length=60)
    content = models.JSONField()
    revision = models.ForeignKey(Revision, null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.id


class Purpose(models.Model):
    """What facts are used for, in words."""

    id = models.CharField(primary_key=True, max_length=60)
    subject_kind = models.CharField(max_length=10, choices=SUBJECT_KINDS)
    words = models.JSONField()
    """{name: {ja, en, easy}, description: {ja, en, easy}}"""
    revision = models.ForeignKey(Revision, null=True, on_delete=models.PROTECT, related_name="+")
    order = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("order", "id")

    def __str__(self) -> str:
        return self.id


class DataAgreement(models.Model):
    """What one organisation may ask for one purpose (データ利用の取り決め). `revision` is the one in force."""

    id = models.CharField(primary_key=True, max_length=120)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    """The controller: who receives the facts and answers for them."""
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT)
    subject_kind = models.CharField(max_length=10, choices=SUBJECT_KINDS)
    lawful_basis = models.CharField(max_length=20, choices=[(basis.value, basis.value) for basis in Basis])
    article = models.JSONField(default=dict)
    """The law in words {ja, en}; empty for consent."""
    attributes = models.JSONField()
    default_on = models.JSONField()
    retention_days = models.PositiveIntegerField()
    consent_days = models.PositiveIntegerField(default=365)
    hidden_days = models.PositiveIntegerField(default=0)
    """For so many days an access is not shown to the person; only where `hidden_law` says so."""
    hidden_law = models.CharField(max_length=100, blank=True)
    covers_protected = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    revision = models.ForeignKey(Revision, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("organisation", "purpose")
        constraints = (
            models.UniqueConstraint(fields=["organisation", "purpose"], name="one_agreement_per_purpose"),
            models.CheckConstraint(
                condition=models.Q(hidden_days=0) | ~models.Q(hidden_law=""), name="hidden_only_by_law"
            ),
        )

    def __str__(self) -> str:
        return self.id


class ConsentRecord(models.Model):
    """What one individual decided about one revision of an agreement."""

    id = models.CharField(primary_key=True, max_length=36, default=new_id)
    agreement = models.ForeignKey(DataAgreement, on_delete=models.PROTECT, related_name="records")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    revision_hash = models.CharField(max_length=64)
    individual = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in ConsentState])
    attributes = models.JSONField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    changed_at = models.DateTimeField()
    own_revision = models.ForeignKey(Revision, null=True, on_delete=models.PROTECT, related_name="+")
    """The newest state of this record in the chain of revisions."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["revision", "individual"], name="one_consent_per_revision"),)
        indexes = (models.Index(fields=["individual", "changed_at"], name="consent_of_individual"),)

    def __str__(self) -> str:
        return f"{self.agreement_id}: {self.state}"

    @property
    def opt_in(self) -> bool:
        """Tell whether the last decision was a yes (GovStack `optIn`)."""
        return self.state == ConsentState.GRANTED


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


class Client(models.Model):
    """A system of an organisation that asks for facts (OAuth client)."""

    class Method(models.TextChoices):
        SECRET = "client_secret_basic"  # noqa: S105 # the name of a method (RFC 7591), not a secret
        KEY = "private_key_jwt"

    id = models.CharField(primary_key=True, max_length=40)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    name = models.CharField(max_length=100)
    method = models.CharField(max_length=20, choices=Method)
    secret_hash = models.CharField(max_length=64, blank=True)
    public_key = models.JSONField(null=True)
    """JSON Web Key (ES256) of a client that signs."""
    purposes = models.JSONField()
    calls_per_minute = models.PositiveIntegerField(default=600)
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.id


class AccessToken(models.Model):
    """A short-lived bearer token; only its hash is kept."""

    hash = models.CharField(primary_key=True, max_length=64)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="tokens")
    purposes = models.JSONField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"token of {self.client_id}"


class UsedAssertion(models.Model):
    """The id of a client assertion that was taken once and is never taken again."""

    hash = models.CharField(primary_key=True, max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.hash[:8]


class PreviewRequest(WithWords):
    """A request that waits until the person has seen and approved what will be sent."""

    class State(models.TextChoices):
        REQUESTED = "requested"
        PREVIEWED = "previewed"
        APPROVED = "approved"
        REFUSED = "refused"
        EXPIRED = "expired"

    id = models.CharField(primary_key=True, max_length=36, default=new_id)
    client = models.ForeignKey(Client, on_delete=models.PROTECT)
    agreement = models.ForeignKey(DataAgreement, on_delete=models.PROTECT)
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    attributes = models.JSONField()
    expected_subject = models.CharField(max_length=64, blank=True)
    """Whom the agency means, when it knows: anybody else sees nothing."""
    subject_id = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    approved = models.JSONField(default=dict)
    """Attribute → keyed hash of the value that the person saw."""
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    idempotency_key = models.CharField(max_length=80, blank=True)
    request_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["client", "idempotency_key"],
                condition=~models.Q(idempotency_key=""),
                name="one_request_per_key",
            ),
        )

    def __str__(self) -> str:
        return f"{self.id} {self.state}"

    @property
    def reason(self) -> str:
        """Return why the agency asks, as the person reads it."""
        return self.word("reason")

    @property
    def case_reference(self) -> str:
        """Return the agency's number of the case."""
        return self.word("case_reference")


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
        return journal.words_of(self.sealed, self.pk).get("case_reference", "")

    @property
    def reason(self) -> str:
        """Return the reason in words, empty when none was given; raise `vault.VaultError` when it does not open."""
        return journal.words_of(self.sealed, self.pk).get("reason", "")


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
