"""A person's own facts: shown to her while she fills in an application, handed over to an authority when she sends it.

Showing writes no log: nobody but herself, or who lawfully acts for her, sees them. Handing over writes the access log in the
caller's transaction, so that an application stands in it exactly if it was sent.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.utils import timezone

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.consents import journal, sources
from madoguchi.apps.consents.contracts import Basis, DisclosedFact, SubjectKind
from madoguchi.apps.consents.models import AccessEntry
from madoguchi.apps.people import api as people
from madoguchi.core.permissions import Actor

PURPOSES = {SubjectKind.PERSON: "application", SubjectKind.BUSINESS: "business-application"}
"""Purposes of `purposes.yaml` under which an application stands in the log."""
SIGN_IN = "サインインでの本人確認"
"""Where a fact comes from that the card told at a sign-in, named as the registers are."""


class NotOwn(Exception):
    """The facts are neither the account's own, nor those of a minor child of hers, nor open to her by delegation."""

    def __init__(self) -> None:
        super().__init__("These facts belong to somebody else. Ask the person for a delegation.")


def own_facts(
    account_id: str,
    subject_id: str,
    attributes: Sequence[str],
    now: datetime,
    *,
    kind: SubjectKind = SubjectKind.PERSON,
    procedure_id: str = "",
) -> tuple[DisclosedFact, ...]:
    """Return what is known among the attributes of the account's own subject, its minor child, or its principal.

    For a principal only attributes inside a delegation of this procedure are returned. Where somebody under protection
    (支援措置) lives is left out, as on the person's own pages. Raise NotOwn for anybody else.
    """
    source = sources.source_of(kind)
    open_names = _open_names(account_id, subject_id, attributes, now, kind, procedure_id)
    found = source.facts_of(subject_id, open_names, timezone.localdate(now), protected_too=False) if open_names else ()
    return tuple(DisclosedFact(f.attribute, f.value, _register(f.source), f.as_of, f.verified) for f in found)


def _register(source: str) -> str:
    """Return the name of a source; a fact of a sign-in has the provider's address (OpenID Connect Core 2: `iss`)."""
    return SIGN_IN if urlsplit(source).scheme else source


def _open_names(
    account_id: str,
    subject_id: str,
    attributes: Sequence[str],
    now: datetime,
    kind: SubjectKind,
    procedure_id: str,
) -> list[str]:
    wanted, on = list(dict.fromkeys(attributes)), timezone.localdate(now)
    own = sources.source_of(kind).subject_of_account(account_id)
    if own is not None and own == subject_id:
        return wanted
    if kind is SubjectKind.PERSON and own is not None and subject_id in people.children_of(own, on):
        return wanted
    if procedure_id and accounts.may_act(account_id, subject_id, _scope(procedure_id), on):
        return [name for name in wanted if accounts.may_act(account_id, subject_id, _scope(procedure_id, name), on)]
    raise NotOwn


def _scope(procedure_id: str, *attributes: str) -> accounts.Scope:
    return accounts.Scope(frozenset({procedure_id}), frozenset(attributes))


def hand_over(
    *,
    organisation_id: str,
    subject_kind: SubjectKind,
    subject_id: str,
    attributes: Sequence[str],
    procedure_id: str,
    case_reference: str,
    account_id: str,
    now: datetime,
) -> str:
    """Write into the person's log that she sent these facts with an application; return the entry's id.

    Nothing is written without attributes. Sent twice under one case reference it is written twice: the caller sees to it
    that an application is sent once.
    """
    names = tuple(dict.fromkeys(attributes))
    if not names:
        return ""
    actor = Actor(id=account_id, name="")
    entry = journal.Entry(
        id=str(uuid.uuid4()),
        at=now,
        subject_kind=subject_kind.value,
        subject_id=subject_id,
        organisation_id=organisation_id,
        client_id="",
        actor_id=account_id,
        actor_name="",
        purpose_id=PURPOSES[subject_kind],
        basis=Basis.APPLICATION.value,
        disclosed=names,
        withheld=(),
        result=AccessEntry.Result.DISCLOSED.value,
        revision_hash="",
        consent_id="",
        case_reference=case_reference[:100],
        reason=procedure_id,
    )
    journal.write(entry, actor=actor)
    return entry.id
