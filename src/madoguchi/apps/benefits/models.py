"""Rows of the benefits room: schemes, invitations, recipients, runs, payments, paid months, findings, transfer files.

Accounts, birth and residence stand here only sealed. The database itself refuses to pay a month twice.
"""

import uuid

from django.db import models

from madoguchi.apps.benefits import contracts as c
from madoguchi.core.models import Organisation
from madoguchi.core.vault_models import VaultKey


class Scheme(models.Model):
    """A benefit that is paid by month, as the pack tells it."""

    id = models.CharField(primary_key=True, max_length=60)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField()
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.id

    @property
    def terms(self) -> c.BenefitScheme:
        """Return amounts, months and payer as values."""
        return c.BenefitScheme.of(self.content)


class Invitation(models.Model):
    """One eligible person (対象者) and how far she is on the way to the benefit. Each stands here once."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="invitations")
    subject_id = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in c.InvitationState])
    source = models.CharField(max_length=40)
    """Where the list came from: matching, register, desk."""
    case_id = models.CharField(max_length=64, blank=True)
    listed_at = models.DateTimeField()
    invited_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["scheme", "subject_id"], name="one_invitation_per_person"),)
        indexes = (models.Index(fields=["scheme", "state"]),)

    def __str__(self) -> str:
        return f"{self.scheme_id}: {self.state}"


class Recipient(models.Model):
    """A person for whom a benefit is paid, and the payee who gets it. Account, birth, stays and death are sealed."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="recipients")
    subject_id = models.CharField(max_length=64)
    payee_id = models.CharField(max_length=64, db_index=True)
    case_id = models.CharField(max_length=64)
    case_number = models.CharField(max_length=40, blank=True)
    """As the applicant knows it."""
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in c.RecipientState])
    starts_on = models.DateField()
    """The month of this day is the first that may be paid."""
    ends_on = models.DateField(null=True)
    """First day on which nothing is granted any more."""
    residence_as_of = models.DateField()
    """Last day for which birth, stays and death are known."""
    account_works = models.BooleanField(default=True)
    """False after a failed transfer, until the account was corrected."""
    revision = models.PositiveIntegerField(default=1)
    sealed = models.BinaryField(null=True)
    key = models.ForeignKey(VaultKey, null=True, on_delete=models.PROTECT, related_name="+")
    enrolled_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["scheme", "subject_id", "case_id"], name="one_recipient_per_case"),
            models.UniqueConstraint(
                fields=["scheme", "subject_id"],
                condition=models.Q(state=c.RecipientState.ACTIVE),
                name="one_active_recipient_per_person",
            ),
        )
        indexes = (models.Index(fields=["scheme", "id"]), models.Index(fields=["subject_id"]))

    def __str__(self) -> str:
        return f"recipient {self.pk} of {self.scheme_id}"


class OpenGrant(models.Model):
    """A decided case that is to be looked at: it is gone once everybody whom the decision names is enrolled or ended."""

    case_id = models.CharField(primary_key=True, max_length=64)
    case_number = models.CharField(max_length=40, blank=True)
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="open_grants")
    waiting = models.CharField(max_length=16, choices=[(w.value, w.value) for w in c.Waiting])
    starts_on = models.DateField(null=True)
    """First month, where staff had to name it because the decision does not."""
    blocking = models.JSONField(default=list)
    """Recipients (their numbers) through whom children of this case are paid already."""
    noted_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["scheme", "waiting"]),)

    def __str__(self) -> str:
        return f"case {self.case_id} of {self.scheme_id}: {self.waiting}"


class Run(models.Model):
    """A payment run (支払処理): calculated in pieces, checked by somebody else, written to a bank file, settled."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="runs")
    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    """The first, second … run for this month of payment."""
    transfer_on = models.DateField()
    last_year = models.PositiveSmallIntegerField()
    last_month = models.PositiveSmallIntegerField()
    """The last month that is paid for; earlier ones that are still open are paid with it."""
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in c.RunState])
    prepared_by = models.CharField(max_length=64)
    prepared_at = models.DateTimeField()
    recipients = models.PositiveIntegerField()
    """How many there were to look at when the calculation began."""
    done = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    """The last recipient that was looked at: a calculation goes on after it."""
    months_by_reason = models.JSONField(default=dict)
    payments_count = models.PositiveIntegerField(default=0)
    months_count = models.PositiveIntegerField(default=0)
    total_yen = models.BigIntegerField(default=0)
    calculated_at = models.DateTimeField(null=True)
    checked_by = models.CharField(max_length=64, blank=True)
    checked_at = models.DateTimeField(null=True)
    checks = models.JSONField(default=list)
    """What the checks said when the run was approved."""
    file_sha256 = models.CharField(max_length=64, blank=True)
    exported_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    sealed = models.BinaryField()
    """A random secret: accounts of one run are compared by their keyed hash under it."""
    key = models.ForeignKey(VaultKey, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-year", "-month", "-number")
        constraints = (
            models.UniqueConstraint(fields=["scheme", "year", "month", "number"], name="one_run_per_number"),
            models.UniqueConstraint(
                fields=["scheme"], condition=models.Q(state__in=[s.value for s in c.OPEN_STATES]), name="one_open_run"
            ),
            models.CheckConstraint(
                condition=models.Q(checked_by="") | ~models.Q(checked_by=models.F("prepared_by")),
                name="run_checked_by_another",
            ),
        )

    def __str__(self) -> str:
        return f"{self.scheme_id} {self.year}-{self.month:02d} #{self.number}"

    @property
    def last(self) -> c.Month:
        """Return the last month that is paid for."""
        return self.last_year, self.last_month


class Payment(models.Model):
    """What one run pays to one recipient. The account, as it was when calculated, is sealed."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="payments")
    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="payments")
    revision = models.PositiveIntegerField()
    """Revision of the recipient on which it was calculated."""
    subject_id = models.CharField(max_length=64, db_index=True)
    payee_id = models.CharField(max_length=64, db_index=True)
    months = models.PositiveSmallIntegerField()
    amount_yen = models.PositiveBigIntegerField()
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in c.PaymentState])
    failure = models.CharField(max_length=20, blank=True)
    account_print = models.CharField(max_length=32)
    """Keyed hash of the account under the run's secret."""
    sealed = models.BinaryField(null=True)
    key = models.ForeignKey(VaultKey, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["run", "recipient"], name="one_payment_per_recipient_and_run"),)
        indexes = (models.Index(fields=["run", "id"]),)

    def __str__(self) -> str:
        return f"payment {self.pk}"

    @property
    def customer_code(self) -> str:
        """Return the code that the bank sends back: the number of the payment, 20 digits."""
        return f"{self.pk:020d}"


class PaidMonth(models.Model):
    """One month for which a payment pays. While it is not voided, nobody can be paid for it again."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="+")
    subject_id = models.CharField(max_length=64)
    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    payment = models.ForeignKey(Payment, on_delete=models.DO_NOTHING, related_name="paid_months")
    """The database itself refuses to remove a payment that has months; so Django need not load them all to find out."""
    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="+", db_index=False)
    yen = models.PositiveIntegerField()
    voided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["scheme", "subject_id", "year", "month"],
                condition=models.Q(voided_at=None),
                name="one_payment_per_month",
            ),
        )

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d} by payment {self.payment_id}"


class Finding(models.Model):
    """What a calculation noticed about one recipient. `months`: how many months it concerns."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="findings")
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in c.FindingKind])
    months = models.PositiveSmallIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["run", "recipient", "kind"], name="one_finding_per_kind"),)
        indexes = (models.Index(fields=["run", "kind"]),)

    def __str__(self) -> str:
        return f"{self.kind} of {self.recipient_id}"


class FilePart(models.Model):
    """A part of a run's transfer file, sealed. The parts in order are the bytes that the bank gets."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="parts")
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()
    key = models.ForeignKey(VaultKey, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=["run", "number"], name="one_file_part_per_number"),)

    def __str__(self) -> str:
        return f"part {self.number} of run {self.run_id}"
