"""What records may refer to, from the database: for the editor and publishing, where no pack folder is at hand."""

from madoguchi.apps.procedures.checking import IDENTITY_ATTRIBUTES, Known
from madoguchi.apps.procedures.models import ProcedureVersion
from madoguchi.apps.registry import api as registry
from madoguchi.core.models import Organisation


def known_for(version: ProcedureVersion) -> Known:
    """Return what a version's record may name: its own bank, and what the registry knows today."""
    return Known(
        organisations=set(Organisation.objects.values_list("id", flat=True)),
        programmes={programme_id for programme_id, _ in registry.programme_names("ja")},
        documents=set(version.bank.documents),
        attributes={str(item["name"]) for item in registry.attributes()} | _named_by(version) | IDENTITY_ATTRIBUTES,
        fields=version.bank.fields,
    )


def _named_by(version: ProcedureVersion) -> set[str]:
    """Return attributes that the bank already uses: the loader checked them against the whole pack."""
    fields = version.bank.fields.values()
    inner = [one for item in fields for one in ((item.get("group") or {}).get("fields") or {}).values()]
    return {str(item["attribute"]) for item in [*fields, *inner] if item.get("attribute")}
