"""What rows of this room share: fresh ids, kinds of subjects, and words that stand sealed in their row."""

import uuid

from django.db import models

from madoguchi.apps.consents.contracts import SubjectKind
from madoguchi.apps.consents.sealing import put, words_of
from madoguchi.core.vault_models import VaultKey


def new_id() -> str:
    """Return a fresh random id."""
    return str(uuid.uuid4())


SUBJECT_KINDS = [(kind.value, kind.value) for kind in SubjectKind]


class WithWords(models.Model):
    """A row with words that somebody wrote about a person: they stand only sealed, all in one value."""

    sealed = models.BinaryField()
    key = models.ForeignKey(VaultKey, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.words_context

    @property
    def words_context(self) -> str:
        """Return what the words are bound to: table and row."""
        return f"consents.{self._meta.model_name}:{self.pk}"

    def put_words(self, **words: str) -> None:
        """Seal words in place of those that were there; the caller saves the row."""
        put(self, words)

    def word(self, name: str) -> str:
        """Return one of the words, empty when nothing was written; raise `vault.VaultError` when it does not open."""
        return words_of(self).get(name, "")
