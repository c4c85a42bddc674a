"""Systems of organisations that ask: clients, their tokens and proofs, and requests that wait for the person."""

from django.db import models

from madoguchi.apps.consents.models.terms import DataAgreement, Revision
from madoguchi.apps.consents.models.words import WithWords, new_id
from madoguchi.core.models import Organisation


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
