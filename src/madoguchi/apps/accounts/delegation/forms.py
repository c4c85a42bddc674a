"""The form with which a person offers a delegation. It checks form and days; what may be granted, the service decides."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madoguchi.apps.accounts.delegation.directory import Directory
from madoguchi.apps.accounts.delegation.rules import ANYTHING, Limits, Scope
from madoguchi.apps.accounts.delegation.services import Span


class OfferForm(forms.Form):
    """What is delegated, from when until when, and how much."""

    key = forms.UUIDField()
    procedures = forms.MultipleChoiceField(label=_("任せる手続き"), required=False)
    attributes = forms.MultipleChoiceField(label=_("見せてよい情報"), required=False)
    starts_on = forms.DateField(label=_("はじまりの日"))
    ends_on = forms.DateField(label=_("おわりの日"))
    max_acts = forms.IntegerField(
        label=_("回数の上限（空欄なら上限なし）"), required=False, min_value=1, max_value=10_000
    )
    max_amount_yen = forms.IntegerField(
        label=_("1回の金額の上限（円、空欄なら上限なし）"), required=False, min_value=0, max_value=10**12
    )

    def __init__(self, *args: Any, directory: Directory, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._set_choices(
            "procedures", [(ANYTHING, _("すべての手続き")), *((c.id, c.name) for c in directory.procedures())]
        )
        self._set_choices(
            "attributes", [(ANYTHING, _("すべての情報")), *((c.id, c.name) for c in directory.attributes())]
        )
        self.fields["starts_on"].initial = today.isoformat()

    def _set_choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = choices

    def choice_fields(self) -> list[forms.BoundField]:
        """Return the fields of several choices, for the template."""
        return [self["procedures"], self["attributes"]]

    def value_fields(self) -> list[tuple[forms.BoundField, str]]:
        """Return the other fields with their kind of input."""
        return [(self[name], "date") for name in ("starts_on", "ends_on")] + [
            (self[name], "number") for name in ("max_acts", "max_amount_yen")
        ]

    def scope(self) -> Scope:
        """Return the chosen scope."""
        chosen = self.cleaned_data
        return Scope(frozenset(chosen["procedures"]), frozenset(chosen["attributes"]))

    def span(self) -> Span:
        """Return the chosen days."""
        return Span(self.cleaned_data["starts_on"], self.cleaned_data["ends_on"])

    def limits(self) -> Limits:
        """Return the chosen limits."""
        return Limits(acts=self.cleaned_data["max_acts"], amount_yen=self.cleaned_data["max_amount_yen"])
