"""The one escaping renderer: values to Slack's mrkdwn and plain_text (P7).

Every text object made from its results is `verbatim` (see `kit.py`), so Slack itself links no
bare URL, `#channel` or `@here` that a value contains.
"""

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from bot.views.tidy import one_line, tidy

NOT_KNOWN: Final = "not known yet"
NOBODY: Final = "nobody yet"
ELLIPSIS: Final = "…"

# docs.slack.dev/messaging/formatting-message-text: these three and only these three
_ENTITIES: Final = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}
_UNESCAPED: Final = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_LOOK_ALIKE: Final = {"*": "∗", "_": "ˍ", "~": "∼"}
_QUOTE: Final = re.compile(r"^([ \t]*)(>+)", re.MULTILINE)
_MARKER: Final = re.compile(r"(?<![^\W_])[*_~]|[*_~](?![^\W_])")
_LONELY: Final = re.compile(r"(?:^|(?<=\s))[*_~](?=\s|$)")
_USER: Final = re.compile(r"[UW][A-Z0-9]{1,30}")
_CHANNEL: Final = re.compile(r"[CGD][A-Z0-9]{1,30}")
_GROUP: Final = re.compile(r"S[A-Z0-9]{1,30}")
_TOKEN: Final = re.compile(r"<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>")
_NAMED: Final = re.compile(
    r"&lt;(@([UW][A-Z0-9]{1,30})|#[CGD][A-Z0-9]{1,30}|!subteam\^S\w{1,30})&gt;"
)
_BARE: Final = re.compile(r"<@([UW][A-Z0-9]{1,30})\|[^<>|\n]{1,80}>")
_LABELLED: Final = re.compile(r"<[@#!][^<>|\n]{1,80}\|([@#]?)([^<>|\n]{1,80})>")
_OPENS_TOKEN: Final = re.compile(r"<(?=[!@#A-Za-z])")


class Safe(str):
    """mrkdwn that is finished: the templates do not escape it again."""

    __slots__ = ()


def esc(value: object, limit: int | None = None) -> Safe:
    """Return `value` as mrkdwn that shows what it says and does nothing.

    What Slack made of a name that somebody typed (`<@U1|ann>`) is that name again: @ann.

    `limit` counts the escaped characters; what is longer ends in an ellipsis, never inside an
    entity. A formatting character stays itself inside a word and alone; where Slack could pair
    it with another one of its line it becomes its look-alike, so it is seen and not swallowed.
    """
    return Safe(_entities(_disarm(_LABELLED.sub(_labelled, tidy(value))), limit))


def bold(value: object, limit: int | None = None) -> Safe:
    """Return `value` on one line, in bold; an empty one gives an empty string."""
    words = _disarm(_LABELLED.sub(_labelled, one_line(value)))
    inner = _entities(words.replace("*", "∗"), limit and limit - 2)
    return Safe(f"*{inner}*" if inner else "")


def line(value: object, limit: int | None = None) -> Safe:
    """Return `value` as `esc` does, on one line."""
    return esc(one_line(value), limit)


def known(value: object, limit: int | None = None) -> Safe:
    """Return `esc(value)`, or "not known yet" when there is nothing to show."""
    return esc(value, limit) if tidy(value).strip() else Safe(NOT_KNOWN)


def plain(value: object, limit: int) -> str:
    """Return `value` for a plain_text object: one line, not escaped (Slack does it there).

    bolt-python#513: Slack escapes plain_text by itself. What would open a token is shown as ‹.
    """
    text = _OPENS_TOKEN.sub("‹", one_line(value))
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def prose(text: str, people: Collection[str], limit: int | None = None) -> Safe:
    """Return `esc(text)` in which mentions of `people` (user ids of the incident) stay alive."""

    def known_one(found: re.Match[str]) -> str:
        return f"<@{found[1]}>" if found[1] in people else found[0]

    def alive(found: re.Match[str]) -> str:
        return f"<@{found[2]}>" if found[2] in people else found[0]

    return Safe(cut(_NAMED.sub(alive, esc(_BARE.sub(known_one, text))), limit))


def notice(text: str, limit: int | None = None) -> Safe:
    """Return a sentence of ours (a UserError) that may name people, channels and `code`.

    For private answers only: there a mention rings nobody. Broadcasts and links stay dead.
    """
    named = _NAMED.sub(lambda found: f"<{found[1]}>", tidy(text).translate(_ENTITIES))
    return Safe(cut(named, limit))


def heard(text: str) -> str:
    """Return what somebody typed, from Slack's own markup (a command's text, a message).

    `<@U1|ann>` is @ann, `<#C1|ops>` #ops, `<!here>` @here, a link its address. Not escaped.
    """
    return re.sub("&(?:amp|lt|gt);", lambda entity: _UNESCAPED[entity[0]], _TOKEN.sub(_typed, text))


def mentioned(word: str) -> str | None:
    """Return the user id in `<@U0ANN|ann>`; None when it is no mention."""
    match = re.fullmatch(r"<@([UW][A-Z0-9]{1,30})(?:\|[^>]*)?>", word.strip())
    return match[1] if match else None


def unescaped(mrkdwn: str) -> str:
    """Return finished mrkdwn as plain words: dates as their UTC fallback, mentions as @id."""
    words = re.sub(r"<!date\^[^|>]*\|([^>]*)>", r"\1", mrkdwn)
    return heard(words)


def cut(mrkdwn: str, limit: int | None) -> str:
    """Return finished mrkdwn within `limit`, cut in front of the token or entity in the way."""
    if limit is None or len(mrkdwn) <= limit:
        return mrkdwn
    head = mrkdwn[: limit - 1]
    if head.rfind("<") > head.rfind(">"):
        head = head[: head.rfind("<")]
    if head.rfind("&") > head.rfind(";"):
        head = head[: head.rfind("&")]
    return head.rstrip() + ELLIPSIS


def when(moment: datetime | None) -> Safe:
    """Return date and time in each reader's own zone; UTC where Slack cannot draw it."""
    return _date(moment, "{date_short_pretty} at {time}", "%Y-%m-%d %H:%M UTC")


def time_of_day(moment: datetime | None) -> Safe:
    """Return the time alone, in each reader's own zone."""
    return _date(moment, "{time}", "%H:%M UTC")


def ago(moment: datetime | None) -> Safe:
    """Return how long ago, counted by the reader's own Slack."""
    return _date(moment, "{ago}", "since %Y-%m-%d %H:%M UTC")


def utc(moment: datetime) -> str:
    """Return a moment as UTC words, for plain_text and files."""
    return _aware(moment).strftime("%Y-%m-%d %H:%M UTC")


def user(user_id: str | None) -> Safe:
    """Return a mention; the bot's own name for itself; "nobody yet" for None."""
    if not user_id:
        return Safe(NOBODY)
    if user_id == "signalbox":
        return Safe("Signalbox")
    return Safe(f"<@{user_id}>") if _USER.fullmatch(user_id) else line(user_id, 80)


def users(ids: Collection[str], most: int = 10) -> Safe:
    """Return mentions with commas, `most` of them and how many more."""
    named = ", ".join(user(one) for one in list(ids)[:most])
    more = f" and {len(ids) - most} more" if len(ids) > most else ""
    return Safe(named + more or NOBODY)


def group(group_id: str) -> Safe:
    """Return the mention of a user group."""
    known_id = _GROUP.fullmatch(group_id)
    return Safe(f"<!subteam^{group_id}>") if known_id else line(group_id, 80)


def channel(name_or_id: str) -> Safe:
    """Return a link to a channel by its id; a name is shown as #name."""
    if _CHANNEL.fullmatch(name_or_id):
        return Safe(f"<#{name_or_id}>")
    return line("#" + name_or_id.lstrip("#"), 90)


def link(url: str | None, label: str) -> Safe:
    """Return a link with our own label; only the label when `url` is no plain web address."""
    shown = line(label, 200).replace("|", "¦")
    if not url or not _is_web(url):
        return Safe(shown)
    return Safe(f"<{url.replace('&', '&amp;')}|{shown}>")


def span_minutes(span: timedelta) -> str:
    """Return "12 minutes": whole minutes, however many."""
    minutes = max(0, int(span.total_seconds() // 60))
    return _count(minutes, "minute") if minutes else "less than a minute"


def span_hours(span: timedelta) -> str:
    """Return "1 hour 5 minutes"."""
    hours, minutes = divmod(max(0, int(span.total_seconds() // 60)), 60)
    parts = [_count(hours, "hour")] if hours else []
    parts += [_count(minutes, "minute")] if minutes else []
    return " ".join(parts) or "less than a minute"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _disarm(text: str) -> str:
    """Take the formatting out of `text` and leave it readable."""
    text = text.replace("`", "ˋ")
    text = _QUOTE.sub(lambda quote: quote[1] + "›" * len(quote[2]), text)
    return "\n".join(_unpaired(one) for one in text.split("\n"))


def _unpaired(text: str) -> str:
    found = [marker[0] for marker in _MARKER.finditer(text)]
    if len(found) <= 1:
        return text
    lonely = {marker.start() for marker in _LONELY.finditer(text)}

    def swap(marker: re.Match[str]) -> str:
        single = found.count(marker[0]) == 1 or marker.start() in lonely
        return marker[0] if single else _LOOK_ALIKE[marker[0]]

    return _MARKER.sub(swap, text)


def _entities(text: str, limit: int | None) -> str:
    whole = text.translate(_ENTITIES)
    if limit is None or len(whole) <= limit:
        return whole
    length = 0
    for index, letter in enumerate(text):
        length += len(_ENTITIES.get(ord(letter), letter))
        if length >= limit:
            return text[:index].rstrip().translate(_ENTITIES) + ELLIPSIS
    return whole


def _labelled(token: re.Match[str]) -> str:
    return f"{token[1] or ('#' if token[0][1] == '#' else '@')}{token[2]}"


def _typed(token: re.Match[str]) -> str:
    kind, target, label = token[1], token[2], token[3]
    if kind == "!":
        name = label or target.split("^")[0]
        return name if name.startswith("@") else f"@{name}"
    return f"{kind}{label or target}" if kind else target


def _date(moment: datetime | None, shape: str, fallback: str) -> Safe:
    if moment is None:
        return Safe(NOT_KNOWN)
    aware = _aware(moment)
    return Safe(f"<!date^{int(aware.timestamp())}^{shape}|{aware.strftime(fallback)}>")


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _is_web(url: str) -> bool:
    if len(url) > 3000 or not url.isprintable() or re.search(r"[\s<>|\"`\\^]", url):  # noqa: PLR2004 - Slack's longest URL
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
