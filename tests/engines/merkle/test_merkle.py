"""A sealed list shows every edit, removal, insertion and reordering."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from madoguchi.engines.merkle import GENESIS, Block, canonical, leaf, proof, proves, root, seal, verify_block

records = st.lists(st.binary(max_size=20), min_size=1, max_size=20)


def sign(message: bytes) -> bytes:
    return b"signed:" + message


def verify(signature: bytes, message: bytes) -> bool:
    return signature == sign(message)


def sealed(rows: list[bytes]) -> Block:
    leaves = [leaf(row) for row in rows]
    return seal(leaves, number=1, previous_hash=GENESIS, sealed_at="2026-11-24T00:00:00+09:00", sign=sign)


@given(records, st.data())
def test_every_leaf_is_proved_and_a_foreign_one_is_not(rows: list[bytes], data: st.DataObject) -> None:
    leaves = [leaf(row) for row in rows]
    index = data.draw(st.integers(0, len(rows) - 1))
    steps = proof(leaves, index)
    assert proves(leaves[index], steps, root(leaves))
    assert not proves(leaf(b"foreign" + rows[index]), steps, root(leaves))


@given(records)
def test_an_untouched_block_has_no_problem(rows: list[bytes]) -> None:
    assert verify_block(sealed(rows), [leaf(row) for row in rows], previous=None, verify=verify) == []


@given(st.lists(st.binary(max_size=8), min_size=2, max_size=12, unique=True), st.data())
def test_every_change_is_found(rows: list[bytes], data: st.DataObject) -> None:
    block = sealed(rows)
    index = data.draw(st.integers(0, len(rows) - 1))
    edited = [row + b"x" if number == index else row for number, row in enumerate(rows)]
    removed = rows[:index] + rows[index + 1 :]
    inserted = [*rows[:index], b"inserted-row", *rows[index:]]
    for changed in (edited, removed, inserted, rows[::-1]):
        if changed != rows:
            assert verify_block(block, [leaf(row) for row in changed], previous=None, verify=verify)


def test_a_missing_block_a_foreign_signature_and_edited_contents_are_found() -> None:
    first = sealed([b"a"])
    leaves = [leaf(b"b")]
    second = seal(leaves, number=2, previous_hash=first.hash, sealed_at="t", sign=sign)
    assert verify_block(second, leaves, previous=first, verify=verify) == []
    assert verify_block(second, leaves, previous=None, verify=verify)
    assert verify_block(replace(second, signature=b"?"), leaves, previous=first, verify=verify)
    assert verify_block(replace(second, sealed_at="later"), leaves, previous=first, verify=verify)


def test_canonical_bytes_do_not_depend_on_the_order_of_keys() -> None:
    assert canonical({"b": 1, "a": "窓"}) == canonical({"a": "窓", "b": 1})
