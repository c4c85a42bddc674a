"""Who may do what, for which organisation. It knows roles and organisations, never a session or a request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Permission(StrEnum):
    """One thing that a member of staff may do for one organisation."""

    VIEW_DESK = "view_desk"
    EDIT_PROGRAMME = "edit_programme"
    PUBLISH_PROGRAMME = "publish_programme"
    READ_AUDIT = "read_audit"
    READ_PEOPLE = "read_people"
    EDIT_PEOPLE = "edit_people"
    BREAK_GLASS = "break_glass"
    MANAGE_CLIENTS = "manage_clients"
    EDIT_CONSENT_TERMS = "edit_consent_terms"
    REVIEW_BUSINESSES = "review_businesses"
    EDIT_PROCEDURES = "edit_procedures"
    PUBLISH_PROCEDURES = "publish_procedures"
    WORK_CASES = "work_cases"
    """Take, examine, correct, write to the applicant, propose a decision."""
    DECIDE_CASES = "decide_cases"
    ASSIGN_CASES = "assign_cases"
    PREPARE_PAYMENTS = "prepare_payments"
    APPROVE_PAYMENTS = "approve_payments"


class Role(StrEnum):
    """A bundle of permissions that a membership carries."""

    READER = "reader"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    AUDITOR = "auditor"
    CASEWORKER = "caseworker"
    BUSINESS_REVIEWER = "business_reviewer"
    ADMINISTRATOR = "administrator"
    EMERGENCY = "emergency"
    EXAMINER = "examiner"
    DECIDER = "decider"
    PAYMASTER = "paymaster"
    PAYMENT_APPROVER = "payment_approver"


ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.READER: frozenset({Permission.VIEW_DESK}),
    Role.EDITOR: frozenset({Permission.VIEW_DESK, Permission.EDIT_PROGRAMME, Permission.EDIT_PROCEDURES}),
    Role.PUBLISHER: frozenset(
        {
            Permission.VIEW_DESK,
            Permission.EDIT_PROGRAMME,
            Permission.PUBLISH_PROGRAMME,
            Permission.EDIT_PROCEDURES,
            Permission.PUBLISH_PROCEDURES,
        }
    ),
    Role.AUDITOR: frozenset({Permission.VIEW_DESK, Permission.READ_AUDIT}),
    Role.CASEWORKER: frozenset({Permission.VIEW_DESK, Permission.READ_PEOPLE, Permission.EDIT_PEOPLE}),
    Role.BUSINESS_REVIEWER: frozenset({Permission.VIEW_DESK, Permission.REVIEW_BUSINESSES}),
    Role.ADMINISTRATOR: frozenset(
        {Permission.VIEW_DESK, Permission.MANAGE_CLIENTS, Permission.EDIT_CONSENT_TERMS, Permission.READ_AUDIT}
    ),
    Role.EMERGENCY: frozenset({Permission.VIEW_DESK, Permission.BREAK_GLASS}),
    Role.EXAMINER: frozenset({Permission.VIEW_DESK, Permission.WORK_CASES}),
    Role.DECIDER: frozenset(
        {Permission.VIEW_DESK, Permission.WORK_CASES, Permission.DECIDE_CASES, Permission.ASSIGN_CASES}
    ),
    Role.PAYMASTER: frozenset({Permission.VIEW_DESK, Permission.PREPARE_PAYMENTS}),
    Role.PAYMENT_APPROVER: frozenset({Permission.VIEW_DESK, Permission.APPROVE_PAYMENTS}),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a signed-in member of staff, or the system itself (`SYSTEM`)."""

    id: str
    name: str
    roles: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    """Organisation id → roles held there."""

    def may(self, permission: Permission, organisation_id: str) -> bool:
        """Tell whether one of the actor's roles at that organisation includes the permission."""
        roles = self.roles.get(organisation_id, frozenset())
        return any(permission in ROLE_PERMISSIONS[role] for role in roles)

    def organisations(self, permission: Permission) -> list[str]:
        """Return the ids of the organisations for which the actor holds the permission, sorted."""
        return sorted(org for org in self.roles if self.may(permission, org))


class NotPermitted(Exception):
    """The actor lacks a permission. Pages answer 404 for foreign records, so that nothing is revealed."""

    def __init__(self, permission: Permission, organisation_id: str) -> None:
        super().__init__(f"{permission} for {organisation_id} is not among your permissions. Ask its administrator.")
        self.permission = permission
        self.organisation_id = organisation_id


def require(actor: Actor, permission: Permission, organisation_id: str) -> None:
    """Raise `NotPermitted` unless the actor holds the permission for that organisation."""
    if not actor.may(permission, organisation_id):
        raise NotPermitted(permission, organisation_id)


SYSTEM = Actor(id="system", name="system")
