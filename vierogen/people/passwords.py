"""What a password has to be, in our own plain words; the rules are Django's."""

from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
)
from django.utils.translation import gettext as _


class LongEnough(MinimumLengthValidator):
    """A sentence, rather than a riddle (NIST SP 800-63B, 5.1.1.1)."""

    def get_error_message(self) -> str:
        """Said of a password that is too short."""
        return _("This is too short. Use at least %(count)d signs, for example a sentence.") % {
            "count": self.min_length
        }

    def get_help_text(self) -> str:
        """Said beside the field."""
        return _("At least %(count)d signs. A sentence is easy to remember.") % {"count": self.min_length}


class NotEverybodys(CommonPasswordValidator):
    """None of the passwords that attackers try first."""

    def get_error_message(self) -> str:
        """Said of a common password."""
        return _("Many people use this password, so it is guessed first. Choose another one.")

    def get_help_text(self) -> str:
        """Said beside the field."""
        return _("Not one that many people use.")


class NotAboutYou(UserAttributeSimilarityValidator):
    """Nothing that stands on the door."""

    def get_error_message(self) -> str:
        """Said of a password that looks like the person's name or address."""
        return _("This looks too much like your name or your e-mail address.")

    def get_help_text(self) -> str:
        """Said beside the field."""
        return _("Nothing like your name or your e-mail address.")
