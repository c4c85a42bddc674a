"""The room's job forgets what has run out and nothing else."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from madoguchi.apps.accounts import tasks
from madoguchi.apps.accounts.models import (
    AgentCode,
    FailedSignIn,
    PasskeyChallenge,
    Purpose,
    SignedInSession,
    SignInAttempt,
    User,
)

pytestmark = pytest.mark.django_db


def test_what_ran_out_is_forgotten_and_the_rest_stays() -> None:
    now = timezone.now()
    for age, name in ((timedelta(0), "new"), (timedelta(days=91), "old")):
        user = User.objects.create(username=name, password="!", display_name=name)
        SignInAttempt.objects.create(
            state_hash=name,
            browser_hash="b",
            nonce_hash="n",
            provider="p",
            purpose=Purpose.SIGN_IN,
            created_at=now - age,
        )
        PasskeyChallenge.objects.create(
            challenge_hash=name, browser_hash="b", purpose="sign_in", ends_at=now + timedelta(minutes=5) - age
        )
        AgentCode.objects.create(account=user, code_hash=name, ends_at=now + timedelta(hours=1) - age)
        failure = FailedSignIn.objects.create(username=name, address="192.0.2.1")
        FailedSignIn.objects.filter(pk=failure.pk).update(at=now - age)
        SignedInSession.objects.create(
            id=uuid.uuid4(), user=user, session_key=name, method="password", level=1, started_at=now - age,
            seen_at=now - age, ended_at=now - age,
        )  # fmt: skip
    SignedInSession.objects.create(
        user=user, session_key="live", method="password", level=1, started_at=now - age, seen_at=now - age
    )
    assert tasks.forget_expired.call() == 5
    assert SignInAttempt.objects.get().state_hash == "new"
    assert PasskeyChallenge.objects.get().challenge_hash == "new"
    assert AgentCode.objects.get().code_hash == "new"
    assert FailedSignIn.objects.get().username == "new"
    assert set(SignedInSession.objects.values_list("session_key", flat=True)) == {"new", "live"}
    assert tasks.forget_expired.call() == 0
