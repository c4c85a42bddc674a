"""Delegations and the acts done under them. A principal is an id of an upper room or an account; no name lies here."""

import uuid

from django.db import models
from django.db.models import F, Q

from madoguchi.apps.accounts.delegation import rules
from madoguchi.apps.accounts.delegation.rules import DelegationKind, Evidence
from madoguchi.core import sealed_rows
from madoguchi.core.vault_models import VaultKey


class DelegationRow(models.Model):
    """A delegation, or the offer of one while `agent` is empty."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=[(item.value, item.value) for item in DelegationKind])
    evidence = models.CharField(max_length=10, choices=[(item.value, item.value) for item in Evidence])
    sealed = models.BinaryField(null=True)
    """Reference of the record or document that it rests on (`reference`): a court's file number tells too much."""
    key = models.ForeignKey(VaultKey, null=True, on_delete=models.PROTECT, related_name="+")
    principal_id = models.CharField(max_length=64, db_index=True)
    agent = models.ForeignKey("accounts.User", null=True, on_delete=models.CASCADE, related_name="delegations_held")
    granted_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="delegations_granted"
    )
    """The account that granted it: the principal's own, or staff who saw a document; empty for a household relation."""
    organisation_id = models.CharField(max_length=40, blank=True)
    procedures = models.JSONField()
    attributes = models.JSONField()
    max_acts = models.PositiveIntegerField(null=True)
    max_amount_yen = models.PositiveBigIntegerField(null=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    code_hash = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 # unique, and many have none
    """Of the one-time code of an offer; empty as soon as it was accepted."""
    offer_ends_at = models.DateTimeField(null=True)
    granted_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=64, blank=True)
    acts_done = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("granted_at", "id")
        indexes = (models.Index(fields=["agent", "principal_id"]),)
        constraints = (
            models.CheckConstraint(condition=~Q(agent=F("granted_by")), name="nobody_delegates_to_oneself"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="delegation_ends_after_start"),
            models.CheckConstraint(
                condition=Q(agent=None) ^ Q(code_hash=None, accepted_at__isnull=False), name="offer_or_accepted"
            ),
            models.CheckConstraint(
                condition=Q(max_acts=None) | Q(acts_done__lte=F("max_acts")), name="acts_within_limit"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} delegation of {self.principal_id} until {self.ends_on}"

    def as_value(self) -> rules.Delegation:
        """Return the delegation as a value; raise ValueError for an offer that nobody accepted."""
        if self.agent_id is None:
            raise ValueError("An offer is no delegation until it is accepted.")
        return rules.Delegation(
            id=str(self.pk),
            kind=DelegationKind(self.kind),
            evidence=Evidence(self.evidence),
            agent_account_id=str(self.agent_id),
            principal_id=self.principal_id,
            scope=self.scope(),
            limits=rules.Limits(acts=self.max_acts, amount_yen=self.max_amount_yen),
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            granted_at=self.granted_at,
            revoked_at=self.revoked_at,
            acts_done=self.acts_done,
        )

    @property
    def context(self) -> str:
        """Return what the sealed reference is bound to."""
        return f"accounts.delegation:{self.pk}"

    def put_reference(self, text: str) -> None:
        """Seal the reference of the evidence into a row that is saved afterwards."""
        sealed_rows.put(self, text.encode(), context=self.context)

    def reference(self) -> str:
        """Return the reference of the evidence, empty for an offer; raise `vault.VaultError` when it does not open."""
        return sealed_rows.plain_of(self, context=self.context).decode() if self.sealed is not None else ""

    def scope(self) -> rules.Scope:
        """Return the scope as a value."""
        return rules.Scope(frozenset(self.procedures), frozenset(self.attributes))


class AgentCode(models.Model):
    """The one-time code of an account that staff shall register as a guardian: staff type it and search no accounts.

    An account has one at most; a new one replaces it, and the row goes with its use.
    """

    account = models.OneToOneField("accounts.User", primary_key=True, on_delete=models.CASCADE, related_name="+")
    code_hash = models.CharField(max_length=64, unique=True)
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"code of {self.account_id} until {self.ends_at}"


class DelegatedAct(models.Model):
    """One act of an agent for a principal: both stand here. A key that comes again is the same act."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    delegation = models.ForeignKey(DelegationRow, on_delete=models.PROTECT, related_name="acts")
    key = models.CharField(max_length=100)
    agent_account_id = models.CharField(max_length=64)
    principal_id = models.CharField(max_length=64, db_index=True)
    action = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=100)
    amount_yen = models.PositiveBigIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "id")
        constraints = (
            models.UniqueConstraint(fields=["agent_account_id", "principal_id", "key"], name="one_act_per_key"),
        )

    def __str__(self) -> str:
        return f"{self.action} of {self.agent_account_id} for {self.principal_id}"
