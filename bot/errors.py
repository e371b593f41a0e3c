"""Every error the bot raises on purpose.

BotError
  UserError            shown to the person as is; logged at INFO, never a traceback
    NotFound           no such incident, task, run, runbook or approval
    Denied             known person, not allowed to do this
    Conflict           someone else already did it (a second click, a closed incident)
    Invalid            the words or values cannot be understood
  Stale                the stored version moved while we decided; decide again on the newest
  AlreadyDone          this intent was committed before; nothing is left to do
  IntegrationError     an outside system failed; shown with a reference id
    Unavailable        it did not answer; nothing was done; safe to try again
    Rejected           it answered no; trying again will not help
    OutcomeUnknown     it stopped answering after the request left; a person must look
  ConfigError          raised only while starting: names the setting and the cure
"""


class BotError(Exception):
    """Base of every error below."""


class UserError(BotError):
    """The person can put this right; the message is written for them."""


class NotFound(UserError):
    """No such thing under that name."""


class Denied(UserError):
    """The person is known and may not do this."""


class Conflict(UserError):
    """The thing has already moved on."""


class Invalid(UserError):
    """The words or values cannot be understood; `field` names the form field at fault."""

    def __init__(self, message: str, field: str | None = None) -> None:
        """Keep `message` for the person and `field` for the form."""
        super().__init__(message)
        self.field = field


class Stale(BotError):
    """A stored version moved between our read and our write."""


class AlreadyDone(BotError):
    """The intent was committed before."""


class IntegrationError(BotError):
    """An outside system failed."""


class Unavailable(IntegrationError):
    """It did not answer or asked us to wait; nothing was done."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        """Keep the wait the other side asked for, in seconds."""
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Rejected(IntegrationError):
    """It answered no. `code` is the other side's own error name."""

    def __init__(self, message: str, code: str = "") -> None:
        """Keep the other side's error name beside the sentence for people."""
        super().__init__(message)
        self.code = code


class OutcomeUnknown(IntegrationError):
    """The request left, the answer did not arrive; the effect may have happened."""


class ConfigError(BotError):
    """A setting is missing or wrong; the message names it and the cure."""
