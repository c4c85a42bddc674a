"""Rows of the outreach room: what the pack says, who agreed to be told, chosen topics, what was told, ratings, counts.

People stand here as random ids; words that somebody wrote are sealed. No fact about anybody is kept.
"""

import uuid

from django.db import models

from madoguchi.core.vault_models import VaultKey


class Guide(models.Model):
    """`outreach.yaml` of the pack, the one row of this table."""

    ONLY = 1
    content = models.JSONField()
    hash = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"guide {self.hash[:8]}"


class Enrolment(models.Model):
    """Somebody who agreed to be told and chose topics; once more after a withdrawal it is the same row."""

    person_id = models.CharField(max_length=64, unique=True)
    account_id = models.CharField(max_length=64)
    since = models.DateField()
    ended_at = models.DateTimeField(null=True)
    look_again_on = models.DateField(null=True)
    """The day on which to look at this person again; empty: only when something happens."""
    event = models.BooleanField(default=False)
    """Something happened in the person's life since the last look."""
    sequence = models.PositiveBigIntegerField(default=0)
    """Of the registry's changes feed at the last look: what came after it is new to this person."""
    revision = models.PositiveIntegerField(default=0)
    """Grows with every look and every happening: a look writes only what it saw."""
    claimed_until = models.DateTimeField(null=True)
    """Until then some worker looks at this person."""

    class Meta:
        indexes = (
            models.Index(fields=["look_again_on", "id"], condition=models.Q(ended_at=None), name="outreach_to_look_at"),
        )

    def __str__(self) -> str:
        return f"enrolment {self.pk}"


class TopicChoice(models.Model):
    """One topic that an enrolled person wants to hear of."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="choices")
    topic = models.CharField(max_length=80)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["enrolment", "topic"], name="one_choice_per_topic"),)
        indexes = (models.Index(fields=["topic"], name="outreach_by_topic"),)

    def __str__(self) -> str:
        return f"{self.topic} of {self.enrolment_id}"


class Concern(models.Model):
    """Whose change makes an enrolled person worth a new look: herself, her household, her minor children."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="concerns")
    key = models.CharField(max_length=64, db_index=True)
    child = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["enrolment", "key"], name="one_concern_per_key"),)

    def __str__(self) -> str:
        return f"{self.key} concerns {self.enrolment_id}"


class Sent(models.Model):
    """One message to an enrolled person: at most one a day. `id` is its reference with notifications."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="messages")
    on = models.DateField()
    broke_gap = models.BooleanField(default=False)
    household_id = models.CharField(max_length=64)
    """Who lived there when it was sent: after a move it does not go out any more."""
    opened_on = models.DateField(null=True)
    cancelled_on = models.DateField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["enrolment", "on"], name="one_message_per_day"),)
        indexes = (models.Index(fields=["on"], name="outreach_sent_by_day"),)

    def __str__(self) -> str:
        return f"message {self.pk}"


class Told(models.Model):
    """One programme that was told about one person, once in a spell: first, and as a reminder before the last day."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="told")
    message = models.ForeignKey(Sent, on_delete=models.CASCADE, related_name="told")
    programme = models.CharField(max_length=80)
    about = models.CharField(max_length=64, blank=True)
    """Person id; empty for what concerns the household."""
    reminder = models.BooleanField()
    reason = models.CharField(max_length=8)
    day = models.DateField()
    """The day that it is about."""
    on = models.DateField()
    municipality = models.CharField(max_length=6)
    ended_on = models.DateField(null=True)
    """The spell is over: a new one may be told again."""
    applied_on = models.DateField(null=True)
    """The day of the application that followed, as far as it is known here."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["programme", "about", "reminder"],
                condition=models.Q(ended_on=None) & ~models.Q(about=""),
                name="told_once_about_a_person",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "programme", "reminder"],
                condition=models.Q(ended_on=None, about=""),
                name="told_once_about_a_household",
            ),
        )
        indexes = (models.Index(fields=["programme", "on"], name="outreach_told_by_programme"),)

    def __str__(self) -> str:
        return f"{self.programme} told in {self.message_id}"


class Rating(models.Model):
    """What the reader of one message said of it. Her words are sealed; no office ever sees whose they are."""

    message = models.OneToOneField(Sent, primary_key=True, on_delete=models.CASCADE, related_name="rating")
    useful = models.BooleanField(null=True)
    satisfaction = models.PositiveSmallIntegerField(null=True)
    """1 (very dissatisfied) to 5 (very satisfied)."""
    sealed = models.BinaryField(null=True)
    key = models.ForeignKey(VaultKey, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(satisfaction=None) | models.Q(satisfaction__range=(1, 5)),
                name="satisfaction_in_five_steps",
            ),
        )

    def __str__(self) -> str:
        return f"rating of {self.message_id}"


class MatchCount(models.Model):
    """How many of a labelled synthetic population a programme concerns in one municipality on a day."""

    programme = models.CharField(max_length=80)
    municipality = models.CharField(max_length=6)
    on = models.DateField()
    label = models.CharField(max_length=60)
    yes = models.PositiveIntegerField()
    maybe = models.PositiveIntegerField()
    judged = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["programme", "municipality"], name="one_count_per_municipality"),
        )

    def __str__(self) -> str:
        return f"{self.programme} in {self.municipality}: {self.yes}"
