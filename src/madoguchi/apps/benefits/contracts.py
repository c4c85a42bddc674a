"""What may cross the door of benefits: schemes, grants, what enrolling and running did, events. Events carry ids only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from madoguchi.engines.payments import AccountKind, Header, MonthRule, NameCut, Profile, Stay

Month = tuple[int, int]
"""Year and month."""


class RecipientState(StrEnum):
    """Whether somebody receives a benefit."""

    ACTIVE = "active"
    ENDED = "ended"
    """Months before the end may still be paid."""
    STOPPED = "stopped"
    """Nothing is paid any more."""


class InvitationState(StrEnum):
    """How far an eligible person is on the way to the benefit; it only moves forward."""

    LISTED = "listed"
    INVITED = "invited"
    APPLIED = "applied"
    DECIDED = "decided"


class RunState(StrEnum):
    """How far a payment run (支払処理) is."""

    DRAFTED = "drafted"
    CALCULATED = "calculated"
    CHECKED = "checked"
    EXPORTED = "exported"
    SENT = "sent"
    SETTLED = "settled"
    CANCELLED = "cancelled"


OPEN_STATES = (RunState.DRAFTED, RunState.CALCULATED, RunState.CHECKED, RunState.EXPORTED)
"""A scheme has at most one run in these states."""


class PaymentState(StrEnum):
    """How far one payment is."""

    PLANNED = "planned"
    EXPORTED = "exported"
    PAID = "paid"
    FAILED = "failed"
    REVERSED = "reversed"
    """It never left, or came back (組戻し): its months may be paid again."""


class Returned(StrEnum):
    """Why money of a paid payment came back (組戻し)."""

    WRONG_PAYEE = "wrong_payee"
    NOT_ENTITLED = "not_entitled"
    BANK = "bank"
    """The bank sent it back after it had said that it was paid."""


class Waiting(StrEnum):
    """Why a granted case is not, or not wholly, enrolled yet."""

    NEW = "new"
    CHILD_UNKNOWN = "child_unknown"
    """A child of the application is not in the payee's household by the register."""
    TAKEN = "taken"
    """Somebody else is paid for a child; the desk must end that first."""
    NO_MONTH = "no_month"
    """The decision names no first month."""


class CancelReason(StrEnum):
    """Why a run is taken back before the bank has paid."""

    WRONG_DATE = "wrong_date"
    WRONG_CONTENT = "wrong_content"
    NOT_NEEDED = "not_needed"


class FindingKind(StrEnum):
    """What the calculation noticed about one recipient."""

    NO_ACCOUNT = "no_account"
    BAD_ACCOUNT = "bad_account"
    ACCOUNT_TO_CORRECT = "account_to_correct"
    """The last transfer failed and the account has not been corrected since."""
    DUPLICATE_ACCOUNT = "duplicate_account"
    """Another payee has the same account."""
    UNCONFIRMED = "unconfirmed"
    """Residence is not known yet on the deciding day of some months; they wait for a later run."""
    OVERPAID = "overpaid"
    """Months that were paid are, by what is known now, not payable."""


@dataclass(frozen=True, slots=True)
class Account:
    """A bank account: codes as digits, kind 1 普通, 2 当座, 4 貯蓄, 9 その他, holder in kana."""

    bank_code: str
    branch_code: str
    kind: str
    number: str
    holder: str


@dataclass(frozen=True, slots=True)
class Residence:
    """What decides about months: birth, stays, death, and the last day for which this is known."""

    born: date
    stays: tuple[Stay, ...]
    as_of: date
    died: date | None = None


@dataclass(frozen=True, slots=True)
class GrantedChild:
    """One person for whom the benefit was granted, by her id in the people room."""

    subject_id: str
    residence: Residence


@dataclass(frozen=True, slots=True)
class Grant:
    """A case that was decided as granted. The month of `granted_from` is the first that may be paid."""

    case_id: str
    procedure_id: str
    payee_subject_id: str
    account: Account | None
    granted_from: date
    children: tuple[GrantedChild, ...]
    case_number: str = ""
    """As the applicant knows it."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What enrolling did: who is new, who was enrolled by this case before, for whom somebody else is paid already."""

    created: tuple[str, ...]
    known: tuple[str, ...]
    taken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BenefitScheme:
    """One benefit that is paid by month: amounts, months, dates, who pays. From `benefits.yaml` of the pack."""

    id: str
    procedures: tuple[str, ...]
    """Each of them grants this benefit."""
    programme_id: str
    organisation_id: str
    name: Mapping[str, str]
    yen_per_month: int
    starts: Month
    """The first month ever payable."""
    months: MonthRule
    payment_months: Mapping[int, tuple[int, ...]]
    """Month of payment → months that it pays for, in order."""
    payer: Mapping[str, str]
    profile: Profile
    batch_size: int = 2_000
    """Recipients per transaction of a calculation."""
    budget_yen: int | None = None
    """Limit of a fiscal year (April to March), by month of payment."""
    source: Mapping[str, Any] = field(default_factory=dict)
    purpose_id: str = ""
    """Purpose of `purposes.yaml` under which registers are read for it; empty: they are not read."""
    area: str = ""
    """How the municipality codes begin in which months count as residence."""

    def header(self, day: date) -> Header:
        """Return the first record of a transfer file for a day of transfer."""
        payer = self.payer
        return Header(
            originator_code=payer["originator_code"],
            originator_name=payer["originator_name"],
            month=day.month,
            day=day.day,
            bank_code=payer["bank_code"],
            bank_name=payer["bank_name"],
            branch_code=payer["branch_code"],
            branch_name=payer["branch_name"],
            kind=AccountKind(payer["kind"]),
            number=payer["number"],
        )

    def covered(self, year: int, month: int) -> tuple[Month, ...]:
        """Return the months for which a month of payment pays; raise KeyError when nothing is paid in it."""
        return tuple((year if number < month else year - 1, number) for number in self.payment_months[month])

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "BenefitScheme":
        """Return a scheme from its JSON form in the pack."""
        profile = content.get("profile", {})
        year, month = map(int, str(content["starts"]).split("-"))
        return cls(
            id=content["id"],
            procedures=tuple(content["procedures"]),
            programme_id=content["programme"],
            organisation_id=content["organisation"],
            name=content["name"],
            yen_per_month=content["yen_per_month"],
            starts=(year, month),
            months=MonthRule(**content["months"]),
            payment_months={int(paid): tuple(numbers) for paid, numbers in content["payment_months"].items()},
            payer=content["payer"],
            profile=Profile(
                newline=b"\r\n" if profile.get("newline", "crlf") == "crlf" else b"",
                name_cut=NameCut(profile.get("name_cut", NameCut.WHOLE_SIGNS)),
                clearing_house=profile.get("clearing_house", "    "),
                designation=profile.get("designation", "7"),
            ),
            batch_size=content.get("batch_size", 2_000),
            budget_yen=content.get("budget_yen"),
            source=content.get("source", {}),
            purpose_id=content.get("purpose", ""),
            area=content.get("area", ""),
        )


class CheckState(StrEnum):
    """What a check before approval found."""

    OK = "ok"
    LOOK = "look"
    """Somebody must say that she looked at it."""
    STOP = "stop"
    """The run cannot be approved."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of a run with its numbers."""

    name: str
    state: CheckState
    numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a result file did. `waiting`: exported payments of which nothing is known yet."""

    paid: int
    failed: int
    unchanged: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Paid:
    """What one run paid to one payee, and the day of the transfer."""

    payee_id: str
    amount_yen: int
    on: date


@dataclass(frozen=True, slots=True)
class InvitationsMade:
    """Event: people were invited to apply. Messages tell them."""

    scheme_id: str
    subject_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class RecipientEnrolled:
    """Event: a benefit will be paid for a person, by a decided case."""

    scheme_id: str
    subject_id: str
    payee_id: str
    case_id: str


@dataclass(frozen=True, slots=True)
class PaymentFailed:
    """Event: the bank could not pay. The payee must correct her account; then the months are paid with the next run."""

    payment_id: int
    scheme_id: str
    subject_id: str
    payee_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunSettled:
    """Event: the bank has answered for every payment of a run."""

    run_id: str
    scheme_id: str
    paid: int
    failed: int
