"""One local provider per module with three registered services, and a clock that tests can move."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from madoguchi.site.identity import samples, server
from madoguchi.site.identity.issuers import Client, IssuerName
from madoguchi.site.identity.provider import Provider
from tests.site.identity_judge import Judge, public_jwk

KEY = ec.generate_private_key(ec.SECP256R1())
CALLBACK = "http://127.0.0.1:9/callback"
GONE = "http://127.0.0.1:9/signed-out"
CARD_SCOPES = ("openid", "name", "address", "birthdate", "gender", "offline_access")
BUSINESS_SCOPES = ("openid", "profile", "email", "offline_access", "jp_gbizid_v1_ida", "role")


class MovableClock:
    """The real time plus what a test adds."""

    ahead_seconds = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_seconds


def client(issuer: IssuerName, client_id: str, scopes: tuple[str, ...]) -> Client:
    is_business = issuer is IssuerName.BUSINESS
    return Client(
        issuer=issuer,
        client_id=client_id,
        name_ja="見本サービス",
        name_en="Sample service",
        redirect_uris=(CALLBACK,),
        post_logout_redirect_uris=(GONE,),
        scopes=scopes,
        secret="right secret: with + signs" if is_business else "",
        jwks={} if is_business else {"keys": [public_jwk(KEY, "site-1")]},
    )


CLIENTS = (
    client(IssuerName.CARD, "RP00000001", CARD_SCOPES),
    client(IssuerName.CARD, "RP00000002", ("openid", "name")),
    client(IssuerName.BUSINESS, "biz-1", BUSINESS_SCOPES),
    client(IssuerName.STAFF, "staff-1", ("openid", "profile")),
)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    listening = server.listen(port=0)
    made = Provider(
        base=f"http://127.0.0.1:{listening.server_port}",
        clients=CLIENTS,
        samples=samples.load(Path(settings.PACK_DIR)),
        salt=b"salt of the tests",
        clock=MovableClock(),
        test_mode=True,
    )
    with server.running(listening, made):
        yield made


@pytest.fixture
def clock(provider: Provider) -> Iterator[MovableClock]:
    moved = provider.store.clock
    assert isinstance(moved, MovableClock)
    yield moved
    moved.ahead_seconds = 0.0


@pytest.fixture
def card(provider: Provider) -> Iterator[Judge]:
    judge = Judge(
        f"{provider.base}/card/api/realms/main", "RP00000001", CALLBACK, "openid name address birthdate gender", key=KEY
    )
    yield judge
    judge.http.close()


@pytest.fixture
def business(provider: Provider) -> Iterator[Judge]:
    judge = Judge(
        f"{provider.base}/business/oauth/", "biz-1", CALLBACK, "openid profile", secret="right secret: with + signs"
    )
    yield judge
    judge.http.close()


@pytest.fixture
def staff(provider: Provider) -> Iterator[Judge]:
    judge = Judge(f"{provider.base}/staff", "staff-1", CALLBACK, "openid profile", key=KEY)
    yield judge
    judge.http.close()
