"""Contents as sealed pieces, names and hashes as sealed words. It knows bytes and rows, no limits and no owners."""

import hashlib
import json
from uuid import UUID

from madoguchi.apps.files.contracts import FileMissing, FileRef, State
from madoguchi.apps.files.limits import CHUNK_BYTES
from madoguchi.apps.files.models import Content, Piece, StoredFile
from madoguchi.core import sealed_rows, vault


def put_content(content: Content, data: bytes) -> None:
    """Seal bytes piece by piece under a content that is saved."""
    sealer = vault.sealer()
    for number, start in enumerate(range(0, len(data), CHUNK_BYTES)):
        piece = Piece(content=content, number=number)
        sealed_rows.put(piece, data[start : start + CHUNK_BYTES], context=piece.context, sealer=sealer)
        piece.save(force_insert=True)


def content_of(file: StoredFile) -> bytes:
    """Return the bytes of a file; raise `vault.VaultError` when a piece is changed, moved or missing."""
    rows = Piece.objects.filter(content_id=file.content_id).order_by("number")
    data = b"".join(sealed_rows.plain_of(row, context=row.context) for row in rows.iterator(chunk_size=4))
    if hashlib.sha256(data).hexdigest() != words_of(file)["sha256"]:
        raise vault.Tampered(
            f"File {file.pk} is not what was stored: a piece is missing or was replaced. "
            "Restore files_piece from a backup and look into the audit trail."
        )
    return data


def put_words(file: StoredFile, *, name: str, sha256: str) -> None:
    """Seal name and hash into a file that the caller saves."""
    sealed_rows.put(file, json.dumps({"name": name, "sha256": sha256}).encode(), context=file.context)


def words_of(file: StoredFile) -> dict[str, str]:
    """Return `name` and `sha256` of a file."""
    words: dict[str, str] = json.loads(sealed_rows.plain_of(file, context=file.context))
    return words


def reference(file: StoredFile) -> FileRef:
    """Return what may be told about a file; its content row must be at hand."""
    words = words_of(file)
    return FileRef(
        id=str(file.pk),
        name=words["name"],
        media_type=file.content.media_type,
        size=file.content.size,
        sha256=words["sha256"],
        state=State.DELETED if file.deleted_at else State(file.content.state),
        uploaded_at=file.uploaded_at,
        document=file.document,
    )


def id_of(text: str) -> UUID:
    """Return an id; raise `FileMissing` for what is none."""
    try:
        return UUID(str(text))
    except ValueError:
        raise FileMissing from None
