"""Reading the words behind /runbook, and the values of its buttons."""

import shlex

from bot.domain.intent import Intent
from bot.errors import Invalid
from bot.views.mrkdwn import heard

QUOTES = {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'"}  # Slack's apps make quotes curly


def words(text: str) -> list[str]:
    """Split as a shell does, so that `note="two words"` is one; nothing is ever given to a shell.

    Raises:
        Invalid: a quote without its end.
    """
    plain = heard_values(text)
    for curly, straight in QUOTES.items():
        plain = plain.replace(curly, straight)
    try:
        lexer = shlex.shlex(plain, posix=True, punctuation_chars=False)
        lexer.whitespace_split = True
        lexer.commenters, lexer.escape = "", ""
        return list(lexer)
    except ValueError as error:
        message = 'A quote has no end. Write values with blanks as `note="two words"`.'
        raise Invalid(message) from error


def heard_values(text: str) -> str:
    """Return what was typed; mentions of people stay as Slack sent them, for `user` parameters."""
    parts = text.split("<@")
    kept = [heard(parts[0])]
    for part in parts[1:]:
        mention, closed, rest = part.partition(">")
        kept.append(f"<@{mention}>{heard(rest)}" if closed else heard(f"<@{part}"))
    return "".join(kept)


def given(said: list[str]) -> dict[str, str]:
    """Return name -> value of words such as `tail=100`; the others are left out."""
    pairs = [word.partition("=") for word in said]
    return {name: value for name, equals, value in pairs if name and equals}


def question(value: str) -> tuple[str, int]:
    """Return the run and the number of the question that a button or form names.

    Raises:
        Invalid: it names none.
    """
    run, _, number = value.partition("|")
    if not number.isdecimal():
        message = "This button names no question."
        raise Invalid(message)
    return run, int(number[:6])


def meant(intent: Intent) -> str:
    """Return what a form was opened for: the value of the button that opened it."""
    opened = intent.payload.get("opened") or {}
    return str(intent.value or opened.get("value") or "")


def suffix(intent: Intent) -> str:
    """Return what a button's id carries behind its colon."""
    return intent.name.partition(":")[2]
