"""Tables of learning: agreements and who confirmed them, lessons and certificates, reminders."""

from vierogen.learning.models.agreements import Agreement, CardPicture, Confirmation, Reminder
from vierogen.learning.models.lessons import Certificate, Lesson

__all__ = ["Agreement", "CardPicture", "Certificate", "Confirmation", "Lesson", "Reminder"]
