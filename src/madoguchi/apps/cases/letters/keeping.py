"""Keeps letters sealed with their hash, gives back the same bytes at every download, and answers to verification codes."""

import hashlib
import re
import unicodedata
from datetime import date, datetime

from django.db.models import Q

from madoguchi.apps.cases import numbers
from madoguchi.apps.cases.contracts import LetterProof
from madoguchi.apps.cases.letters.writing import UPHELD, Made
from madoguchi.apps.cases.models import Case, Letter
from madoguchi.core import sealed_rows, vault

_HASH_BYTES = 32
_TYPED_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


def context_of(row: Letter) -> str:
    """Return what a sealed letter is bound to: its row."""
    return f"cases.letter:{row.pk}"


def keep(case: Case, made: Made, *, number: int, now: datetime) -> None:
    """Keep a letter in the caller's transaction."""
    row = Letter(
        id=made.id,
        case=case,
        number=number,
        kind=made.kind,
        outcome=made.outcome,
        decided_on=made.decided_on,
        valid_until=made.valid_until,
        organisation_id=made.organisation_id,
        code_hash=_code_hash(made.code),
        size=len(made.pdf),
        made_at=now,
    )
    sealed_rows.put(row, bytes.fromhex(made.sha256) + made.pdf, context=context_of(row))
    row.save(force_insert=True)


def pdf_of(row: Letter) -> bytes | None:
    """Return the letter as it was made, None after the retention period; raise `vault.Tampered` when its hash differs."""
    if row.sealed is None:
        return None
    plain = sealed_rows.plain_of(row, context=context_of(row))
    data = plain[_HASH_BYTES:]
    if hashlib.sha256(data).digest() != plain[:_HASH_BYTES]:
        raise vault.Tampered(f"Letter {row.pk} is not the one that was made. Restore the row from a backup.")
    return data


def _code_hash(code: str) -> str:
    folded = re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", code).upper()).translate(_TYPED_ALIKE)
    return hashlib.sha256(folded.encode()).hexdigest()


def proof_of(code: str, *, today: date) -> LetterProof | None:
    """Return what anybody may know who holds a letter; None for a code that no letter bears."""
    row = Letter.objects.select_related("case").filter(code_hash=_code_hash(code)).first()
    if row is None:
        return None
    newer = Letter.objects.filter(case=row.case, number__gt=row.number)
    later = newer.filter(Q(kind=row.kind) | Q(outcome=UPHELD)).exists()
    expired = row.valid_until is not None and row.valid_until < today
    return LetterProof(
        number_masked=numbers.masked(row.case.number),
        organisation_id=row.organisation_id,
        procedure_id=row.case.procedure_id,
        version=row.case.version,
        kind=row.kind,
        outcome=row.outcome,
        decided_on=row.decided_on,
        standing="replaced" if later else "expired" if expired else "valid",
        valid_until=row.valid_until,
    )


STORE = sealed_rows.store("cases.letter", Letter.objects, context_of)
