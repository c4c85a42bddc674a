"""What the operations share: errors that may come, and how a refusal becomes a problem document."""

from madoguchi.apps.opendata.contracts import Invalid
from madoguchi.core.problems import Problem, ProblemBody

OPEN_ERRORS = {401: ProblemBody, 422: ProblemBody, 429: ProblemBody}
"""Of operations that need no key but take one."""
KEY_ERRORS = {401: ProblemBody, 404: ProblemBody, 422: ProblemBody, 429: ProblemBody}
"""Of operations that need a key."""


def invalid(problem: Invalid) -> Problem:
    """Return the problem of something that cannot be done as asked."""
    places = [{"place": problem.field or "request", "message": str(problem)}]
    return Problem(
        422, "invalid", "This cannot be done as asked.", detail=str(problem), remedy="Correct it as told.",
        extra={"errors": places},
    )  # fmt: skip
