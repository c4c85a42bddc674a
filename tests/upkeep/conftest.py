"""Staff of two organisations, and pages in the style of a municipality. All of it is invented."""

from pathlib import Path

import pytest
from django.test import Client

from madoguchi.apps.accounts import services as accounts
from madoguchi.apps.accounts.api import actor_of
from madoguchi.apps.accounts.models import User
from madoguchi.core.permissions import Actor, Role

ID = "jidou-ikusei-teate"
"""A programme of 東京都福祉局."""


@pytest.fixture
def editor(pack: Path) -> User:
    """Return staff of 東京都福祉局 who may edit and not publish."""
    return accounts.create_staff(
        username="hensyu",
        display_name="編集 花子",
        password="a long sample password",
        roles={"tokyo-fukushi": {Role.EDITOR}},
    )


@pytest.fixture
def publishing(publisher: User) -> Actor:
    """Return the publisher as services take her."""
    return actor_of(publisher)


@pytest.fixture
def editing(editor: User) -> Actor:
    """Return the editor as services take her."""
    return actor_of(editor)


@pytest.fixture
def foreign(stranger: User) -> Actor:
    """Return staff of another organisation."""
    return actor_of(stranger)


@pytest.fixture
def desk(client: Client, publisher: User) -> Client:
    """Return a browser in which the publisher is signed in."""
    client.force_login(publisher)
    return client


PAGE = """児童育成手当（育成手当）
東京都独自の手当です。令和9年4月1日から、手当の額が変わります。
対象
18歳に達する日以後の最初の3月31日までの児童を養育しているひとり親家庭の方
手当の額
児童1人につき月額14,000円
申請の方法
窓口のほか、オンラインで申請できます。
必要なもの
本人確認書類
振込先の口座が分かるもの
マイナンバーが分かるもの
問い合わせ先
見本市 子育て支援課 電話：03-0000-0000
"""
"""An invented page about the programme, with a new amount and a new way to apply."""
