"""The form with which staff register a guardian. It checks form and days; whether it may be, the service decides."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from madoguchi.apps.accounts.delegation.directory import Directory
from madoguchi.apps.accounts.delegation.guardians import Appointment
from madoguchi.apps.accounts.delegation.rules import Scope
from madoguchi.apps.accounts.delegation.services import EVERYTHING, Span

ALL, CHOSEN = "all", "chosen"


class GuardianForm(forms.Form):
    """Who becomes whose guardian by which document, in what, from when until when."""

    organisation = forms.ChoiceField(label=gettext_lazy("登録する組織"))
    code = forms.CharField(label=gettext_lazy("後見人の登録番号"), max_length=60)
    principal = forms.CharField(label=gettext_lazy("ご本人の番号"), max_length=64)
    document = forms.CharField(label=gettext_lazy("確認した書類と番号"), max_length=100)
    reach = forms.ChoiceField(
        label=gettext_lazy("任されること"),
        choices=[
            (ALL, gettext_lazy("すべての手続きと情報")),
            (CHOSEN, gettext_lazy("選んだ手続きだけ（情報は見られません）")),
        ],
    )
    procedures = forms.MultipleChoiceField(label=gettext_lazy("選ぶ手続き"), required=False)
    starts_on = forms.DateField(label=gettext_lazy("はじまりの日"))
    ends_on = forms.DateField(label=gettext_lazy("おわりの日"))

    def __init__(
        self, *args: Any, organisations: Iterable[tuple[str, str]], directory: Directory, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("organisation", list(organisations)),
            ("procedures", [(item.id, item.name) for item in directory.procedures()]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Ask for at least one procedure where only chosen ones are delegated."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("reach") == CHOSEN and not found.get("procedures"):
            self.add_error("procedures", _("手続きを1つ以上選んでください。"))
        return found

    def text_fields(self) -> list[tuple[forms.BoundField, str, str]]:
        """Return the typed fields with their kind of input and a hint, for the template."""
        return [
            (self["code"], "text", _("後見人の方が、ご自分の「代理」のページで出した番号です。")),
            (self["principal"], "text", _("後見を受ける方の番号です。住民のページにあります。")),
            (self["document"], "text", _("例：登記事項証明書 第2026-12345号")),
        ]

    def day_fields(self) -> list[forms.BoundField]:
        """Return the fields of days, for the template."""
        return [self["starts_on"], self["ends_on"]]

    def appointment(self) -> Appointment:
        """Return what was entered, without the code."""
        entered = self.cleaned_data
        chosen = Scope(procedures=frozenset(entered["procedures"]))
        return Appointment(
            organisation_id=entered["organisation"],
            principal_id=entered["principal"].strip(),
            document=entered["document"].strip(),
            scope=EVERYTHING if entered["reach"] == ALL else chosen,
            span=Span(entered["starts_on"], entered["ends_on"]),
        )

    def hidden(self) -> list[tuple[str, str]]:
        """Return names and values as they were sent, so that the second step sends the same again."""
        assert isinstance(self.data, QueryDict)
        return [(name, value) for name in self.fields for value in self.data.getlist(name)]
