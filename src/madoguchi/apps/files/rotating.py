"""How the room's sealed rows take part in a rotation of keys. Pieces are big, so few of them at a time."""

from madoguchi.apps.files.models import Piece, StoredFile
from madoguchi.core import sealed_rows, vault

MOST_PIECES = 16
_PIECES = sealed_rows.store("files.piece", Piece.objects, lambda row: str(row.context))


def _reseal_pieces(most: int) -> int:
    return _PIECES.reseal(min(most, MOST_PIECES))


STORES = (
    sealed_rows.store("files.file", StoredFile.objects, lambda row: str(row.context)),
    vault.Store("files.piece", _PIECES.counts, _reseal_pieces),
)
