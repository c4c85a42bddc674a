"""Rows of the outbox: messages and their deliveries, templates by version, addresses, choices, the state of providers.

What names or concerns a person (values of a message, an address) lies sealed.
"""

import secrets
import uuid
from datetime import datetime

from django.db import models

from madoguchi.apps.notifications import contracts as c
from madoguchi.core.models import VaultKey

_CHANNELS = [(channel.value, channel.value) for channel in c.Channel]
_STATES = [(state.value, state.value) for state in c.State]
_LANES = [(lane.value, lane.name) for lane in c.Lane]


def id_at(now: datetime) -> uuid.UUID:
    """Return a random id that begins with the time (UUID version 7, RFC 9562): messages lie in the order they came."""
    return uuid.UUID(int=_begins(now) | 7 << 76 | 2 << 62 | secrets.randbits(12) << 64 | secrets.randbits(62))


def first_id_at(now: datetime) -> uuid.UUID:
    """Return the lowest id that a message of this moment can have: everything since then is not below it."""
    return uuid.UUID(int=_begins(now))


def _begins(now: datetime) -> int:
    return int(now.timestamp() * 1000) << 80


class TemplateVersion(models.Model):
    """One version of a template; never changed. A message keeps the version that it was sent with."""

    template = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    content = models.JSONField()
    hash = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["template", "number"], name="one_template_version_per_number"),)

    def __str__(self) -> str:
        return f"{self.template} v{self.number}"


class Message(models.Model):
    """One message to one account. It is its own delivery to the inbox; other ways have a `Delivery` each."""

    id = models.UUIDField(primary_key=True, editable=False)
    account_id = models.CharField(max_length=64)
    notice_key = models.CharField(max_length=200)
    """The sender's key: the same account and key again changes nothing."""
    version = models.ForeignKey(
        TemplateVersion, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    """No row of versions is ever removed, so the database need not look at the same few rows for every message."""
    lane = models.PositiveSmallIntegerField(choices=_LANES)
    topic = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=64, blank=True)
    link = models.CharField(max_length=300, blank=True)
    sealed = models.BinaryField(null=True)
    """The values of its template as JSON; empty when it has none."""
    key = models.ForeignKey(VaultKey, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    """Before this moment it is in no inbox either."""
    expires_at = models.DateTimeField(null=True)
    released = models.BooleanField(default=True)
    """False while it was planned ahead and nobody has seen it: its check is asked before it shows in the inbox."""
    read_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account_id", "notice_key"], name="one_message_per_notice_key"),)
        indexes = (
            models.Index(
                fields=["source", "reference"],
                condition=models.Q(cancelled_at=None) & ~models.Q(reference=""),
                name="notifications_by_reference",
            ),
        )

    def __str__(self) -> str:
        return f"message {self.pk}"


class Address(models.Model):
    """An address of an account on one way, sealed. An ended one stays, without its value once the person is erased."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account_id = models.CharField(max_length=64, db_index=True)
    channel = models.CharField(max_length=10, choices=_CHANNELS)
    sealed = models.BinaryField(null=True)
    key = models.ForeignKey(VaultKey, null=True, on_delete=models.PROTECT, related_name="+")
    fingerprint = models.CharField(max_length=64, db_index=True)
    """Keyed hash by which the same address is found again."""
    created_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=20, blank=True)
    code_hash = models.CharField(max_length=64, blank=True)
    code_expires_at = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    code_sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["account_id", "channel", "fingerprint"],
                condition=models.Q(ended_at=None),
                name="one_notification_address_per_account",
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel} address {self.pk}"


class Delivery(models.Model):
    """One message on one way to one address (which is of one channel). `attempts` also fences: an outcome counts for the attempt it belongs to."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=10, choices=_CHANNELS)
    lane = models.PositiveSmallIntegerField(choices=_LANES)
    state = models.CharField(max_length=10, choices=_STATES)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    provider_key = models.UUIDField(default=uuid.uuid4)
    """The same at every try."""
    provider_ref = models.CharField(max_length=200, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    first_tried_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    """When it came into a state that the outbox does not leave by itself (sent, failed, cancelled …)."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["message", "address"], name="one_delivery_per_address"),)
        indexes = (
            models.Index(
                fields=["channel", "lane", "not_before"],
                condition=models.Q(state=c.State.WAITING.value),
                name="notifications_waiting",
            ),
            models.Index(
                fields=["lease_until"], condition=models.Q(state=c.State.SENDING.value), name="notifications_sending"
            ),
            models.Index(
                fields=["provider_ref"], condition=~models.Q(provider_ref=""), name="notifications_by_provider_ref"
            ),
        )

    def __str__(self) -> str:
        return f"delivery {self.pk} by {self.channel}"


class Preference(models.Model):
    """What an account chose: language, quiet hours, ways that it does not want."""

    account_id = models.CharField(primary_key=True, max_length=64)
    language = models.CharField(max_length=4, default="ja")
    quiet_from = models.PositiveSmallIntegerField(default=21)
    """Hour of Tokyo; the same as `quiet_to`: no quiet hours."""
    quiet_to = models.PositiveSmallIntegerField(default=8)
    quiet_personal = models.BooleanField(default=True)
    """Whether messages about her own doings wait for the morning, too."""
    off = models.JSONField(default=dict)
    """Lane by name → channels that are off."""
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"preference of {self.account_id}"


class Suppression(models.Model):
    """Offers that an account does not want: of one topic, or (empty topic) all of them."""

    account_id = models.CharField(max_length=64)
    topic = models.CharField(max_length=60, blank=True)
    since = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account_id", "topic"], name="one_suppression_per_topic"),)

    def __str__(self) -> str:
        return f"{self.account_id} without {self.topic or 'any offer'}"


class Provider(models.Model):
    """The state of a way that all workers share: what is left of its rate, and until when it rests."""

    channel = models.CharField(primary_key=True, max_length=10, choices=_CHANNELS)
    tokens = models.FloatField(default=0)
    tokens_at = models.DateTimeField(null=True)
    rests_until = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"provider of {self.channel}"


class EarlyReceipt(models.Model):
    """A receipt that came before the outbox had written down what it names: it is tried again."""

    channel = models.CharField(max_length=10, choices=_CHANNELS)
    provider_ref = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=_STATES)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["channel", "provider_ref", "state"], name="one_early_receipt_per_state"),
        )

    def __str__(self) -> str:
        return f"{self.state} of {self.channel}"
