"""Rows of consents: terms and decisions, clients and their requests, the log of who looked."""

from madoguchi.apps.consents.models.clients import AccessToken, Client, PreviewRequest, UsedAssertion
from madoguchi.apps.consents.models.log import AccessEntry, AccessQuestion, BreakGlass
from madoguchi.apps.consents.models.terms import ConsentRecord, DataAgreement, DataAttribute, Policy, Purpose, Revision
from madoguchi.apps.consents.models.words import SUBJECT_KINDS, WithWords, new_id

__all__ = [
    "SUBJECT_KINDS",
    "AccessEntry",
    "AccessQuestion",
    "AccessToken",
    "BreakGlass",
    "Client",
    "ConsentRecord",
    "DataAgreement",
    "DataAttribute",
    "Policy",
    "PreviewRequest",
    "Purpose",
    "Revision",
    "UsedAssertion",
    "WithWords",
    "new_id",
]
