"""Two at once on PostgreSQL: uploads against the limit, moving and removing one file, copies while the content goes."""

import pytest

from madoguchi.apps.files import api, limits
from madoguchi.apps.files.models import Content, FileOwner, Piece, StoredFile
from madoguchi.core import vault
from tests.at_once import at_once

from .samples import pdf
from .world import CASE, DRAFT, PERSON, send

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _fresh_keys() -> None:
    vault.forget_opened()


def test_uploads_at_once_do_not_pass_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_FILES", 4)
    errors = at_once([lambda: send(pdf()) for _ in range(12)])
    assert [getattr(problem, "code", problem) for problem in errors] == ["too_many"] * 8
    assert len(api.refs(DRAFT)) == 4
    assert (StoredFile.objects.count(), Content.objects.count(), Piece.objects.count()) == (4, 4, 4)
    assert FileOwner.objects.count() == 1


def test_bytes_at_once_do_not_pass_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_OWNER_BYTES", 3 * len(pdf()))
    errors = at_once([lambda: send(pdf()) for _ in range(8)])
    assert [getattr(problem, "code", problem) for problem in errors] == ["total_too_large"] * 5
    assert len(api.refs(DRAFT)) == 3


def test_a_file_goes_to_one_place_when_it_is_moved_and_removed_at_once() -> None:
    for _ in range(8):
        view = send(pdf())
        errors = at_once(
            [
                lambda v=view: api.attach([v.id], from_owner=DRAFT, to_owner=CASE),
                lambda v=view: api.attach([v.id], from_owner=DRAFT, to_owner=CASE),
                lambda v=view: api.remove(v.id, DRAFT),
            ]
        )
        assert all(isinstance(problem, api.FileMissing) for problem in errors), errors
        moved = any(known.id == view.id for known in api.refs(CASE))
        assert len(errors) == (1 if moved else 2)
        assert api.refs(DRAFT) == ()
        if moved:
            assert api.content(view.id, owner=CASE) == pdf()


def test_a_copy_is_whole_or_refused_when_the_first_file_goes_meanwhile() -> None:
    outcomes = set()
    for number in range(10):
        view, owner = send(pdf()), api.Owner("case", f"copy-{number}")
        errors = at_once(
            [
                lambda v=view: api.remove(v.id, DRAFT),
                lambda v=view, o=owner: api.copy_to(v.id, o, subject_id=PERSON),
            ]
        )
        assert all(isinstance(problem, api.FileMissing) for problem in errors), errors
        outcomes.add(len(errors))
        assert [api.content(copy.id, owner=owner) for copy in api.refs(owner)] == [pdf()] * (1 - len(errors))
    assert outcomes <= {0, 1}
    assert Piece.objects.count() == Content.objects.exclude(state=api.State.DELETED).count()


def test_two_owners_exchange_files_without_waiting_for_each_other_forever() -> None:
    here, there = send(pdf()), send(pdf(), owner=CASE)
    errors = at_once(
        [
            lambda: api.attach([here.id], from_owner=DRAFT, to_owner=CASE),
            lambda: api.attach([there.id], from_owner=CASE, to_owner=DRAFT),
        ]
    )
    assert errors == []
    assert [view.id for view in api.refs(CASE)] == [here.id]
    assert [view.id for view in api.refs(DRAFT)] == [there.id]
