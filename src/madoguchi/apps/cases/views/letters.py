"""Whether a letter is genuine: anybody who holds it may ask by its code. Whose it is nobody learns here."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.cases import letters, texts
from madoguchi.apps.cases.contracts import LetterProof
from madoguchi.apps.cases.views.common import language
from madoguchi.apps.procedures import api as procedures
from madoguchi.core.access import public

MOST_SIGNS = 60


@public
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Ask for a code and say what its letter says. The code is posted, so that it stands in no log of addresses."""
    code = request.POST.get("code", "").strip()[:MOST_SIGNS]
    proof = letters.proof_of(code, today=timezone.localdate()) if code else None
    error = ""
    if request.method == "POST" and proof is None:
        error = (
            _("この確認番号の通知書は見つかりません。通知書に書かれた確認番号を、もう一度確かめてください。")
            if code
            else _("確認番号が入っていません。通知書のさいごに書かれた確認番号を入れてください。")
        )
    context = {"code": code, "proof": words_of(proof) if proof else None, "error": error}
    return render(request, "cases/letters.html", context, status=404 if error and code else 400 if error else 200)


def words_of(proof: LetterProof) -> dict[str, Any]:
    """Return what a proof says in the reader's language."""
    return {
        "number": proof.number_masked,
        "office": procedures.organisation_name(proof.organisation_id, language()),
        "procedure": procedures.procedure(proof.procedure_id, proof.version).name(language()),
        "outcome": texts.outcome(proof.outcome),
        "decided_on": proof.decided_on,
        "standing": texts.standing(proof.standing),
        "holds": proof.standing == "valid",
        "valid_until": proof.valid_until,
    }
