"""A side's own monthly benefit: people on its list, one run that the bank answered, one that waits for its approval."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from madoguchi.apps.benefits import pack, services
from madoguchi.apps.benefits.contracts import Account, Grant, GrantedChild, Residence, Waiting
from madoguchi.apps.benefits.models import OpenGrant, Payment, Run, Scheme
from madoguchi.core.permissions import Role
from madoguchi.engines.payments import Stay

if TYPE_CHECKING:
    from tests.site.world import Side

LOOKED_AT = {"accounts", "shared_accounts", "unconfirmed", "overpaid", "budget", "difference"}
AUGUST, DECEMBER = (2026, 8), (2026, 12)


def fill(side: "Side") -> None:
    """Make the scheme, enrol the side's child and one whose account is wrong, pay one month of payment."""
    scheme = _scheme(side)
    now, clerk = timezone.now(), side.actor(Role.PAYMASTER)
    services.list_eligible(clerk, scheme.pk, [side.child_id, side.sheltered_id], source="register", now=now)
    _enrol(side, side.child_id, "ヤマダ ハナコ")
    _enrol(side, side.sheltered_id, "山田花子")
    OpenGrant.objects.create(
        case_id=f"waits-{side.organisation_id}", case_number=side.words.text("待つ番号"), scheme=scheme,
        waiting=Waiting.NO_MONTH, noted_at=now,
    )  # fmt: skip
    answered = _paid(side, scheme)
    waiting = _calculated(side, scheme, DECEMBER)
    side.ids |= {"scheme_id": [scheme.pk], "run_id": [str(waiting.pk), str(answered.pk)]}


def _scheme(side: "Side") -> Scheme:
    key = f"benefit-{side.organisation_id}"
    content: dict[str, Any] = Scheme.objects.get(pk="018-support").content
    own = {"id": key, "organisation": side.organisation_id, "procedures": [f"none-{key}"], "purpose": "", "area": ""}
    return pack.save({**content, **own, "name": {"ja": side.words.text("給付")}}, timezone.now())


def _enrol(side: "Side", child_id: str, holder: str) -> None:
    born = date(2019, 4, 1)
    child = GrantedChild(child_id, Residence(born, (Stay(born),), date(2026, 12, 2)))
    account = Account("0009", "012", "1", "0000123", holder)
    scheme = Scheme.objects.get(pk=f"benefit-{side.organisation_id}")
    grant = Grant(
        case_id=f"case-{child_id}",
        procedure_id=scheme.terms.procedures[0],
        payee_subject_id=side.person_id,
        account=account,
        granted_from=date(2026, 4, 1),
        children=(child,),
        case_number=side.words.text("受付"),
    )
    services.enrol(grant, now=timezone.now())


def _calculated(side: "Side", scheme: Scheme, month: tuple[int, int]) -> Run:
    run = services.draft(
        side.actor(Role.PAYMASTER), scheme.pk, year=month[0], month=month[1], transfer_on=date(*month, 15),
        now=timezone.now(),
    )  # fmt: skip
    return services.calculate(str(run.pk))


def _paid(side: "Side", scheme: Scheme) -> Run:
    clerk, now = side.actor(Role.PAYMASTER), timezone.now()
    run = _calculated(side, scheme, AUGUST)
    key = str(run.pk)
    services.approve(side.actor(Role.PAYMENT_APPROVER), key, looked_at=LOOKED_AT, now=now)
    services.export(clerk, key, now=now)
    services.mark_sent(clerk, key, now=now)
    code = Payment.objects.get(run=run).customer_code
    services.settle(clerk, key, f"customer_code,result,reason\n{code},ok,\n".encode(), now=now)
    return run
