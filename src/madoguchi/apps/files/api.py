"""The door of the files room: receive, list, read, move, copy, keep and forget uploads.

Callers check first that the person or officer may see the owner (draft or case); the room checks that the file belongs
to that owner, and answers `FileMissing` for every other file.
"""

from madoguchi.apps.files.contracts import (
    KINDS,
    FileMissing,
    FileRef,
    FileRefused,
    FileRefusedByScanner,
    FileWaiting,
    Owner,
    OwnerKind,
    State,
)
from madoguchi.apps.files.downloads import response
from madoguchi.apps.files.limits import MAX_FILE_BYTES, MAX_FILES, MAX_OWNER_BYTES
from madoguchi.apps.files.queries import content, ref, refs, reusable
from madoguchi.apps.files.services import attach, copy_to, forget, keep_until, receive, remove, remove_all
from madoguchi.apps.files.texts import kinds_in_words, refusal, size_in_words, state_in_words

__all__ = [
    "KINDS",
    "MAX_FILES",
    "MAX_FILE_BYTES",
    "MAX_OWNER_BYTES",
    "FileMissing",
    "FileRef",
    "FileRefused",
    "FileRefusedByScanner",
    "FileWaiting",
    "Owner",
    "OwnerKind",
    "State",
    "attach",
    "content",
    "copy_to",
    "forget",
    "keep_until",
    "kinds_in_words",
    "receive",
    "ref",
    "refs",
    "refusal",
    "remove",
    "remove_all",
    "response",
    "reusable",
    "size_in_words",
    "state_in_words",
]
