"""Terms, the decisions of individuals about them, and their revisions, named after the GovStack Consent building block."""

from django.db import models

from madoguchi.apps.consents.contracts import Basis, ConsentState
from madoguchi.apps.consents.models.words import SUBJECT_KINDS, new_id
from madoguchi.core.models import Organisation


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
