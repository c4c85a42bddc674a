"""For whom the caller acts in this session, looked at anew at every page; shown in the head of all pages.

It switches and shows; whether a single act is inside the scope is asked where the act is done.
"""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from madoguchi.apps.accounts import sessions
from madoguchi.apps.accounts.contracts import Caller
from madoguchi.apps.accounts.delegation import services as delegation
from madoguchi.apps.accounts.delegation.directory import directory
from madoguchi.apps.accounts.delegation.rules import NotDelegated, Reason

_KEPT = "_delegation_acting"


@dataclass(frozen=True, slots=True)
class Acting:
    """The principal of this session."""

    principal_id: str
    name: str


def acting(request: HttpRequest) -> Acting | None:
    """Return for whom the caller acts; a delegation that has ended switches back to oneself and says so."""
    if not hasattr(request, _KEPT):
        setattr(request, _KEPT, _look(request))
    found: Acting | None = getattr(request, _KEPT)
    return found


def _look(request: HttpRequest) -> Acting | None:
    caller = sessions.caller_of(request)
    if caller is None or caller.acting_for is None:
        return None
    if not delegation.acts_for(caller.account_id, caller.acting_for, timezone.localdate()):
        sessions.set_acting_for(request, None)
        messages.warning(request, _("代理の期間が終わったか、取り消されました。ご本人としての操作にもどりました。"))
        return None
    return Acting(caller.acting_for, directory().name_of(caller.acting_for))


def switch(request: HttpRequest, caller: Caller, principal_id: str | None) -> None:
    """Act for a principal from now on, or for oneself; raise NotDelegated without a live delegation."""
    if principal_id is not None and not delegation.acts_for(caller.account_id, principal_id, timezone.localdate()):
        raise NotDelegated(Reason.ABSENT, "No delegation of this person is in force. Ask for one.")
    sessions.set_acting_for(request, principal_id)
    delegation.record_switch(caller.account_id, principal_id)
    if hasattr(request, _KEPT):
        delattr(request, _KEPT)


def page(request: HttpRequest) -> dict[str, object]:
    """Give every template `acting` (a context processor)."""
    if getattr(request, "user", None) is None or not request.user.is_authenticated:
        return {"acting": None}
    return {"acting": acting(request)}
