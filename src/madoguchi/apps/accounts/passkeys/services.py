"""Registering, using, renaming and removing passkeys (WebAuthn level 3, https://www.w3.org/TR/webauthn-3/).

It knows accounts and browser sessions as opaque tokens, never requests. Every refusal has its reason in the audit trail.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import webauthn
from django.conf import settings
from django.db import IntegrityError, transaction
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from madoguchi.apps.accounts import sessions
from madoguchi.apps.accounts.models import User
from madoguchi.apps.accounts.passkeys.models import Passkey, PasskeyChallenge
from madoguchi.core import audit
from madoguchi.core.access import Kind
from madoguchi.core.permissions import SYSTEM, Actor

CHALLENGE_LIFE = timedelta(minutes=5)
MAX_PASSKEYS = 10
NAME_LETTERS = 60


class Reason(StrEnum):
    """Why a passkey was refused."""

    CHALLENGE = "challenge"
    ANSWER = "answer"
    UNKNOWN = "unknown"
    ACCOUNT = "account"
    COUNTER = "counter"
    KNOWN = "known"
    TOO_MANY = "too_many"
    LAST = "last"
    NAME = "name"


class PasskeyRefused(Exception):
    """A passkey that is not accepted, with its reason; the page says what to do next."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"The passkey was refused ({reason}). {detail}".strip())
        self.reason = reason


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Who asks: the domain that passkeys belong to and the origins of its pages."""

    id: str
    name: str
    origins: tuple[str, ...]


def relying_party() -> RelyingParty:
    """Return the settings PASSKEY_RP_ID and PASSKEY_ORIGINS. The id is a domain: browsers accept no IP address."""
    origins = getattr(settings, "PASSKEY_ORIGINS", None) or ["http://localhost:8000"]
    return RelyingParty(getattr(settings, "PASSKEY_RP_ID", "") or "localhost", "Madoguchi", tuple(origins))


def is_required(user: User) -> bool:
    """Tell whether the account must keep a passkey: by the setting PASSKEYS_REQUIRED, or as its only way in."""
    if user.kind == Kind.STAFF and getattr(settings, "PASSKEYS_REQUIRED", False):
        return True
    return not user.has_usable_password() and not user.identities.exists()


def begin_registration(user: User, *, browser: str, now: datetime) -> dict[str, Any]:
    """Return the options of `navigator.credentials.create()`; `browser` is the secret of the browser session."""
    party = relying_party()
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=user.pk.bytes,
        user_name=user.username,
        user_display_name=user.display_name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(text))
            for text in user.passkeys.values_list("credential_id", flat=True)
        ],
    )
    _remember(options.challenge, PasskeyChallenge.Purpose.REGISTER, browser=browser, user=user, now=now)
    return _plain(options)


def begin_sign_in(*, browser: str, now: datetime) -> dict[str, Any]:
    """Return the options of `navigator.credentials.get()`; which account it will be, the passkey tells."""
    options = webauthn.generate_authentication_options(
        rp_id=relying_party().id, user_verification=UserVerificationRequirement.REQUIRED
    )
    _remember(options.challenge, PasskeyChallenge.Purpose.SIGN_IN, browser=browser, user=None, now=now)
    return _plain(options)


def _plain(options: Any) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return content


def _hash(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()


def _remember(challenge: bytes, purpose: str, *, browser: str, user: User | None, now: datetime) -> None:
    PasskeyChallenge.objects.create(
        challenge_hash=_hash(challenge),
        browser_hash=_hash(browser.encode()),
        purpose=purpose,
        user=user,
        ends_at=now + CHALLENGE_LIFE,
    )


def _use_challenge(answer: Mapping[str, Any], purpose: str, *, browser: str, user: User | None, now: datetime) -> bytes:
    """Return the challenge that was answered; its row goes at once, so that of two answers one is refused."""
    challenge = _answered_challenge(answer)
    rows = PasskeyChallenge.objects.filter(
        challenge_hash=_hash(challenge),
        browser_hash=_hash(browser.encode()),
        purpose=purpose,
        user=user,
        ends_at__gt=now,
    )
    if not browser or rows.delete()[0] != 1:
        raise PasskeyRefused(Reason.CHALLENGE, "The challenge is unknown, used, too old or of another session.")
    return challenge


def _answered_challenge(answer: Mapping[str, Any]) -> bytes:
    try:
        data = json.loads(base64url_to_bytes(answer["response"]["clientDataJSON"]))
        return base64url_to_bytes(data["challenge"])
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise PasskeyRefused(Reason.ANSWER, "The answer cannot be read.") from problem


def clean_name(name: str) -> str:
    """Return a name for a passkey; raise PasskeyRefused when it is empty."""
    cleaned = " ".join(name.split())[:NAME_LETTERS]
    if not cleaned:
        raise PasskeyRefused(Reason.NAME, "Give the passkey a name.")
    return cleaned


def finish_registration(user: User, answer: Mapping[str, Any], *, name: str, browser: str, now: datetime) -> Passkey:
    """Keep a new passkey; raise PasskeyRefused. The user must have been verified by the authenticator."""
    cleaned = clean_name(name)
    challenge = _use_challenge(answer, PasskeyChallenge.Purpose.REGISTER, browser=browser, user=user, now=now)
    party = relying_party()
    try:
        made = webauthn.verify_registration_response(
            credential=dict(answer),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as problem:
        raise PasskeyRefused(Reason.ANSWER, str(problem)) from problem
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if user.passkeys.count() >= MAX_PASSKEYS:
            raise PasskeyRefused(Reason.TOO_MANY, f"At most {MAX_PASSKEYS} passkeys are kept. Remove one first.")
        passkey = _keep(user, made, cleaned, now)
        _record(user, "passkey.register", passkey)
    return passkey


def _keep(user: User, made: Any, name: str, now: datetime) -> Passkey:
    try:
        with transaction.atomic():
            return Passkey.objects.create(
                user=user,
                name=name,
                credential_id=bytes_to_base64url(made.credential_id),
                public_key=made.credential_public_key,
                sign_count=made.sign_count,
                synced=made.credential_backed_up,
                created_at=now,
            )
    except IntegrityError as problem:
        raise PasskeyRefused(Reason.KNOWN, "This passkey is registered already.") from problem


def finish_sign_in(answer: Mapping[str, Any], *, browser: str, now: datetime) -> User:
    """Return the account whose passkey answered; raise PasskeyRefused. The caller begins the session."""
    challenge = _use_challenge(answer, PasskeyChallenge.Purpose.SIGN_IN, browser=browser, user=None, now=now)
    with transaction.atomic():
        passkey = Passkey.objects.select_for_update().filter(credential_id=str(answer.get("id"))).first()
        if passkey is None:
            raise PasskeyRefused(Reason.UNKNOWN, "The passkey is not registered here. Sign in another way.")
        count = _verified_count(passkey, answer, challenge)
        if (count or passkey.sign_count) and count <= passkey.sign_count:
            copied = passkey
        else:
            passkey.sign_count, passkey.last_used_at = count, now
            passkey.save(update_fields=["sign_count", "last_used_at"])
            return passkey.user
    _note_copy(copied, now)
    raise PasskeyRefused(Reason.COUNTER, "Its counter went backwards: somebody may hold a copy.")


def _verified_count(passkey: Passkey, answer: Mapping[str, Any], challenge: bytes) -> int:
    """Return the authenticator's counter after every other check of WebAuthn section 7.2."""
    party, user = relying_party(), passkey.user
    try:
        proof = webauthn.verify_authentication_response(
            credential=dict(answer),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
        handle = base64url_to_bytes(answer["response"]["userHandle"])
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError) as problem:
        raise PasskeyRefused(Reason.ANSWER, str(problem)) from problem
    if not secrets.compare_digest(handle, user.pk.bytes):
        raise PasskeyRefused(Reason.ANSWER, "The passkey names another account.")
    if not user.is_active or user.kind != Kind.STAFF:
        raise PasskeyRefused(Reason.ACCOUNT, "The account has ended or signs in another way.")
    return int(proof.new_sign_count)


@transaction.atomic
def _note_copy(passkey: Passkey, now: datetime) -> None:
    Passkey.objects.filter(pk=passkey.pk).update(counter_fault_at=now)
    _record(passkey.user, "passkey.counter", passkey)


@transaction.atomic
def rename(user: User, passkey_id: str, name: str) -> None:
    """Give one's own passkey another name; raise PasskeyRefused, or Passkey.DoesNotExist for a foreign one."""
    passkey = Passkey.objects.select_for_update().get(pk=passkey_id, user=user)
    passkey.name = clean_name(name)
    passkey.save(update_fields=["name"])
    _record(user, "passkey.rename", passkey)


@transaction.atomic
def remove(user: User, passkey_id: str) -> None:
    """Remove one's own passkey. The account is locked, so that two at once cannot remove the last two."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    passkey = Passkey.objects.select_for_update().get(pk=passkey_id, user=locked)
    if is_required(locked) and locked.passkeys.count() == 1:
        raise PasskeyRefused(Reason.LAST, "The last passkey stays while one is required. Register another first.")
    _record(locked, "passkey.remove", passkey)
    passkey.delete()


@transaction.atomic
def forget_all(user: User, *, actor: Actor = SYSTEM) -> int:
    """Remove every passkey of an account whose holder lost them, and end its sessions; return how many were removed.

    For administrators: who holds none of her passkeys can neither remove them nor add another.
    """
    locked = User.objects.select_for_update().get(pk=user.pk)
    number, _ = locked.passkeys.all().delete()
    sessions.end_others(locked)
    audit.record(
        actor=actor,
        organisation_id="",
        action="passkey.forget-all",
        object_kind="user",
        object_id=str(locked.pk),
        detail={"number": number},
    )
    return number


def note_refusal(problem: PasskeyRefused, user: User | None = None) -> None:
    """Write a refusal into the audit trail, outside of the transaction that was refused."""
    actor = Actor(id=str(user.pk), name=user.display_name) if user else SYSTEM
    audit.record(
        actor=actor,
        organisation_id="",
        action="passkey.refused",
        object_kind="passkey",
        object_id="",
        detail={"reason": problem.reason.value},
    )


def _record(user: User, action: str, passkey: Passkey) -> None:
    audit.record(
        actor=Actor(id=str(user.pk), name=user.display_name),
        organisation_id="",
        action=action,
        object_kind="passkey",
        object_id=str(passkey.pk),
    )
