"""Merkle trees and a chain of signed blocks over records that only grow (shape of RFC 6962).

Takes bytes and a signing function; knows no database, no clock and no key.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

GENESIS = bytes(32)
Signer = Callable[[bytes], bytes]
Verifier = Callable[[bytes, bytes], bool]
"""(signature, message) → genuine?"""


def canonical(value: Mapping[str, Any]) -> bytes:
    """Return one exact byte form of JSON values: sorted keys, no blanks, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def leaf(record: bytes) -> bytes:
    """Return the hash of one record."""
    return hashlib.sha256(b"\x00" + record).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root of the tree over leaf hashes; the hash of nothing for no leaves."""
    if not leaves:
        return hashlib.sha256().digest()
    level = list(leaves)
    while len(level) > 1:
        paired = [_node(a, b) for a, b in zip(level[::2], level[1::2], strict=False)]
        level = paired + level[len(paired) * 2 :]
    return level[0]


@dataclass(frozen=True, slots=True)
class Step:
    """One neighbour on the way from a leaf to the root."""

    hash: bytes
    on_left: bool


def proof(leaves: Sequence[bytes], index: int) -> tuple[Step, ...]:
    """Return the neighbours that lead from the leaf at `index` to the root."""
    steps: list[Step] = []
    level = list(leaves)
    while len(level) > 1:
        neighbour = index ^ 1
        if neighbour < len(level):
            steps.append(Step(level[neighbour], on_left=neighbour < index))
        paired = [_node(a, b) for a, b in zip(level[::2], level[1::2], strict=False)]
        level = paired + level[len(paired) * 2 :]
        index //= 2
    return tuple(steps)


def proves(record_leaf: bytes, steps: Sequence[Step], expected_root: bytes) -> bool:
    """Tell whether the steps lead from the leaf to the root."""
    current = record_leaf
    for step in steps:
        current = _node(step.hash, current) if step.on_left else _node(current, step.hash)
    return current == expected_root


@dataclass(frozen=True, slots=True)
class Block:
    """A sealed run of records. `hash` covers everything but the signature; it is what is signed."""

    number: int
    root: bytes
    count: int
    previous_hash: bytes
    sealed_at: str
    """ISO 8601 with offset."""
    hash: bytes
    signature: bytes


def block_hash(*, number: int, root: bytes, count: int, previous_hash: bytes, sealed_at: str) -> bytes:
    """Return the hash of a block's contents."""
    contents = {
        "count": count,
        "number": number,
        "previous": previous_hash.hex(),
        "root": root.hex(),
        "sealed_at": sealed_at,
    }
    return hashlib.sha256(b"\x02" + canonical(contents)).digest()


def seal(leaves: Sequence[bytes], *, number: int, previous_hash: bytes, sealed_at: str, sign: Signer) -> Block:
    """Return the signed block over leaf hashes that follows the block with `previous_hash`."""
    tree_root = root(leaves)
    digest = block_hash(
        number=number, root=tree_root, count=len(leaves), previous_hash=previous_hash, sealed_at=sealed_at
    )
    return Block(number, tree_root, len(leaves), previous_hash, sealed_at, digest, sign(digest))


def verify_block(block: Block, leaves: Sequence[bytes], *, previous: Block | None, verify: Verifier) -> list[str]:
    """Return what is wrong with a block against its records and its predecessor; an empty list when all is well."""
    problems = []
    expected_number = 1 if previous is None else previous.number + 1
    if block.number != expected_number:
        problems.append(f"block {expected_number} is missing: block {block.number} stands in its place")
    if block.previous_hash != (GENESIS if previous is None else previous.hash):
        problems.append(f"block {block.number} does not follow its predecessor")
    if block.count != len(leaves):
        problems.append(
            f"block {block.number} sealed {block.count} rows, {len(leaves)} are there: rows were removed or added"
        )
    elif root(leaves) != block.root:
        problems.append(f"block {block.number}: a row was edited or reordered")
    digest = block_hash(
        number=block.number,
        root=block.root,
        count=block.count,
        previous_hash=block.previous_hash,
        sealed_at=block.sealed_at,
    )
    if digest != block.hash:
        problems.append(f"block {block.number}: its own contents were edited")
    elif not verify(block.signature, block.hash):
        problems.append(f"block {block.number}: the signature is not genuine")
    return problems
