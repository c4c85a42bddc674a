"""Finding a person by name and birth date without keeping either in clear: a keyed hash, made anew with its facts.

Protected people are found by nobody here.
"""

import re
import unicodedata
from datetime import date

from madoguchi.apps.people import timeline
from madoguchi.apps.people.models import Fact, Person, PersonIndex
from madoguchi.apps.people.vocabulary import BIRTH_DATE, NAME
from madoguchi.core import vault

INDEX_CONTEXT = "people.person:name-and-birth"


def key_text(name: str, birth: date) -> str:
    """Return what is hashed: width and blanks of the name do not matter."""
    folded = re.sub(r"\s", "", unicodedata.normalize("NFKC", name))
    return f"{folded}|{birth.isoformat()}"


def refresh(person_id: str) -> None:
    """Make a person's hash anew from the newest name and birth date; without both there is none."""
    facts = list(Fact.objects.filter(person_id=person_id, attribute__in=(NAME, BIRTH_DATE)))
    values = {name: timeline.newest(fact for fact in facts if fact.attribute == name) for name in (NAME, BIRTH_DATE)}
    name, birth = values[NAME], values[BIRTH_DATE]
    if not isinstance(name, str) or not isinstance(birth, date):
        PersonIndex.objects.filter(person_id=person_id).delete()
        return
    sealer = vault.sealer()
    PersonIndex.objects.update_or_create(
        person_id=person_id,
        defaults={
            "fingerprint": sealer.fingerprint(key_text(name, birth), context=INDEX_CONTEXT).hex(),
            "key_id": sealer.key.id,
        },
    )


def people_of(name: str, birth: date) -> list[Person]:
    """Return everybody of that name and birth date, protected people included; only for linking, never for readers."""
    marks = [item.hex() for item in vault.fingerprints(key_text(name, birth), context=INDEX_CONTEXT)]
    return list(Person.objects.filter(index__fingerprint__in=marks, erased_at=None).order_by("created_at", "pk"))
