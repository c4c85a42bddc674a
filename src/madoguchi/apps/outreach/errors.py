"""What the outreach room refuses, each with the reason and what to do next."""


class Refused(Exception):
    """A step that was not taken; nothing was changed."""


class NotAgreed(Refused):
    """Somebody chooses topics without a live consent."""

    def __init__(self) -> None:
        super().__init__("There is no live consent to being told. Nothing was saved. Agree first, then choose topics.")


class UnknownTopic(Refused):
    """A topic that the pack does not have."""

    def __init__(self) -> None:
        super().__init__("There is no such topic. Nothing was saved. Choose from the topics of the page.")


class NotYours(Refused):
    """A message that is not there, or not the reader's."""

    def __init__(self) -> None:
        super().__init__("There is no such message of yours. Open it from your inbox.")


class OutOfRange(Refused):
    """A satisfaction outside of the five steps."""

    def __init__(self) -> None:
        super().__init__("Satisfaction has the steps 1 to 5. Nothing was saved. Choose one of them.")
