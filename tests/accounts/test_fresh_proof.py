"""Changing the means of an account asks a fresh proof by the surest of them; a stolen password adds no passkey."""

from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from madoguchi.apps.accounts import sessions
from madoguchi.apps.accounts.contracts import AssuranceLevel
from madoguchi.apps.accounts.factors import surest_level
from madoguchi.apps.accounts.models import Identity, SignInAttempt, User
from madoguchi.apps.accounts.passkeys.models import Passkey
from madoguchi.core.models import AuditEntry
from tests.accounts.authenticator import Authenticator
from tests.accounts.entering import enter
from tests.accounts.provider import PASSWORD, FakeProvider, leave, server, show_card, sso, staff
from tests.accounts.test_passkeys import OPTIONS, REGISTER, keep, post, register, sign_in

__all__ = ["server", "sso", "staff"]
pytestmark = pytest.mark.django_db
EMAIL, PASSKEY = AssuranceLevel.EMAIL, AssuranceLevel.PASSKEY


def link(user: User, provider: FakeProvider) -> None:
    now = timezone.now()
    Identity.objects.create(
        user=user, provider="sso", issuer=provider.settings.issuer, subject="s", linked_at=now, last_used_at=now
    )


def test_an_account_with_a_password_only_registers_after_a_fresh_password(staff: User) -> None:
    assert surest_level(staff) is EMAIL
    assert register(enter(staff, EMAIL), Authenticator()).status_code == 200
    Passkey.objects.all().delete()
    old = enter(staff, EMAIL, age_minutes=11)
    answer = post(old, OPTIONS, {})
    assert (answer.status_code, answer.json()["next"]) == (403, "/sign-in/step-up/?level=1&next=%2F&minutes=10")
    page = old.get("/account/passkeys/").content.decode()
    assert "本人確認をする" in page
    assert "data-passkey=" not in page
    old.post("/sign-in/", {"username": staff.username, "password": PASSWORD})
    assert register(old, Authenticator()).status_code == 200


def test_who_has_a_passkey_changes_passkeys_by_passkey_and_never_by_password(staff: User) -> None:
    mine = keep(staff)
    assert surest_level(staff) is PASSKEY
    thief = enter(staff, EMAIL)
    remove = f"/account/passkeys/{mine.pk}/remove/"
    for answer in (thief.get(remove), thief.post(remove)):
        assert "step-up/?level=2" in answer["Location"]
    assert post(thief, OPTIONS, {}).status_code == 403
    assert post(thief, REGISTER, {"credential": {"id": "x"}, "name": "n"}).status_code == 403
    assert list(staff.passkeys.all()) == [mine]
    page = thief.get(remove, follow=True)
    assert page.status_code == 403
    content = page.content.decode()
    assert "パスキーで確認する" in content
    assert "名前とパスワードで確認する" not in content
    assert "<noscript>" in content
    assert enter(staff, PASSKEY).post(remove).status_code == 302
    assert not staff.passkeys.exists()


def test_the_passkey_itself_is_the_fresh_proof_and_grows_old_after_ten_minutes(staff: User) -> None:
    client, device = enter(staff, EMAIL), Authenticator()
    assert register(client, device).status_code == 200
    assert post(client, OPTIONS, {}).status_code == 403, "now a passkey is the surest means"
    assert sign_in(client, device).status_code == 200
    assert register(client, Authenticator()).status_code == 200
    assert enter(staff, PASSKEY, age_minutes=9).get("/account/passkeys/").context["is_fresh"] is True
    assert enter(staff, PASSKEY, age_minutes=11).get("/account/passkeys/").context["is_fresh"] is False


def test_a_linked_provider_counts_as_far_as_it_reaches(staff: User, sso: FakeProvider, settings: Settings) -> None:
    assert surest_level(staff) is EMAIL, "it is not linked yet"
    link(staff, sso)
    provider = settings.OIDC_PROVIDERS["sso"]
    for reach, level in ((PASSKEY, PASSKEY), (AssuranceLevel.CARD, PASSKEY), (AssuranceLevel.NONE, EMAIL)):
        settings.OIDC_PROVIDERS = {"sso": _reaching(provider, reach)}
        assert surest_level(staff) is level
    settings.OIDC_PROVIDERS = {}
    assert surest_level(staff) is EMAIL


def _reaching(provider: Any, level: AssuranceLevel) -> Any:
    return replace(provider, default_level=level, levels=())


def test_a_provider_proves_again_where_it_is_the_surest_means(
    staff: User, sso: FakeProvider, settings: Settings
) -> None:
    link(staff, sso)
    settings.OIDC_PROVIDERS = {"sso": _reaching(settings.OIDC_PROVIDERS["sso"], PASSKEY)}
    answer = enter(staff, EMAIL).get("/account/passkeys/").context["prove"]
    assert "level=2" in answer
    step = enter(staff, EMAIL).get(answer)
    assert step["Location"].startswith("/sign-in/sso/prove/")


def test_linking_a_provider_asks_the_same_proof(staff: User, sso: FakeProvider) -> None:
    keep(staff)
    answer = enter(staff, EMAIL).get("/sign-in/sso/link/")
    assert "step-up/?level=2" in answer["Location"]
    assert not SignInAttempt.objects.exists()
    visit = leave(enter(staff, PASSKEY), "/sign-in/sso/link/")
    assert show_card(visit)


def test_a_fresh_weaker_proof_is_enough_where_less_is_asked_and_lowers_nothing(staff: User) -> None:
    client = enter(staff, PASSKEY, age_minutes=30)
    assert "step-up/?level=1" in client.get("/account/passkeys/").context["prove"]
    client.post("/sign-in/", {"username": staff.username, "password": PASSWORD})
    assert client.session["sign_in"]["level"] == PASSKEY
    assert client.get("/account/passkeys/").context["is_fresh"] is True
    keep(staff)
    assert client.get("/account/passkeys/").context["is_fresh"] is False


def test_the_proofs_of_a_session_keep_the_newest_of_each_level_above_the_older() -> None:
    now = timezone.now()
    held: dict[str, Any] = {}
    for level, minutes in ((EMAIL, 50), (AssuranceLevel.CARD, 40), (PASSKEY, 30), (EMAIL, 20), (PASSKEY, 10)):
        held = sessions._with_proof(held, level, now - timedelta(minutes=minutes), f"token of {level}")
    proofs = {level: now - at for level, at in sessions._proofs(held)}
    assert {level: age.total_seconds() // 60 for level, age in proofs.items()} == {
        AssuranceLevel.CARD: 40,
        EMAIL: 20,
        PASSKEY: 10,
    }
    assert held["id_token"] == f"token of {AssuranceLevel.CARD}"


def test_an_administrator_forgets_lost_passkeys_and_the_sessions_end(staff: User) -> None:
    keep(staff)
    keep(staff)
    client = enter(staff, EMAIL)
    said = StringIO()
    call_command("staff", "forget-passkeys", staff.username, stdout=said)
    assert "Removed 2 passkeys" in said.getvalue()
    assert not staff.passkeys.exists()
    assert client.get("/account/passkeys/").status_code == 302
    assert AuditEntry.objects.filter(action="passkey.forget-all").count() == 1
    assert register(enter(staff, EMAIL), Authenticator()).status_code == 200


def test_where_passkeys_are_required_a_password_alone_signs_nobody_in_who_has_one(
    staff: User, settings: Settings
) -> None:
    settings.PASSKEYS_REQUIRED = True
    form = {"username": staff.username, "password": PASSWORD}
    assert Client().post("/sign-in/", form).status_code == 302
    keep(staff)
    client = Client()
    answer = client.post("/sign-in/", form)
    assert answer.status_code == 400
    assert "パスキーでサインインしてください" in answer.content.decode()
    assert "_auth_user_id" not in client.session
    assert Client().post("/sign-in/", {**form, "password": "wrong"}).status_code == 400
