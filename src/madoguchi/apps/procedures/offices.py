"""What the office that works on a procedure is called."""

from django.utils.translation import gettext as _

from madoguchi.apps.procedures.contracts import MUNICIPALITY, ProcedureView
from madoguchi.core.models import Organisation


def office_words(view: ProcedureView, language: str, organisation_id: str = "") -> str:
    """Return who decides: the organisation and its section."""
    key = organisation_id or ("" if view.authority == MUNICIPALITY else view.authority)
    name = organisation_name(key, language) if key else _("お住まいの区市町村")
    section = view.text("office", language)
    return f"{name} {section}".strip()


def organisation_name(organisation_id: str, language: str) -> str:
    """Return the name of an organisation; its id when it is not known."""
    row = Organisation.objects.filter(pk=organisation_id).first()
    if row is None:
        return organisation_id
    return row.name_en if language == "en" else row.name_ja
