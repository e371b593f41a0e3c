"""Messages about texts for customers: drafts, reminders, what differs on the page."""

from collections.abc import Collection, Sequence

from bot.domain.incident import Incident
from bot.domain.statuspage import Notice
from bot.domain.statuspage_draft import Draft, DraftState, Publication, who_approves
from bot.domain.statuspage_post import Difference
from bot.views.facts import headline
from bot.views.kit import Element, actions, button, context, message, section
from bot.views.limits import Block, Message
from bot.views.mrkdwn import bold, esc, line, prose, user, users, when

TEXT = 2800
DIFFERENCES = 8
_ENDS = {
    DraftState.CANCELLED: "🗑️ Cancelled by {by}: nothing of it was published.",
    DraftState.SUPERSEDED: "↪️ Out of date: things have moved on, so this text is not published.",
}


def draft_card(incident: Incident, draft: Draft) -> Message:
    """Show exactly what customers would read, and who has to say yes."""
    what = "correction" if draft.corrects else "text"
    state = " waits for another person's yes" if draft.is_pending else ""
    said = f"📣 {headline(incident, marked=False)}: a {what} for customers{state}"
    blocks = [section(f"📣 *A {what} for customers*{state}"), *notice_blocks(draft.notice)]
    if draft.is_pending:
        return message(said, *blocks, _asked(draft), actions(*_buttons(draft)))
    row = [] if draft.state is not DraftState.APPROVED else [_correct(draft)]
    return message(said, *blocks, context(_ended(draft)), *([actions(*row)] if row else []))


def notice_blocks(notice: Notice) -> list[Block]:
    """Return title, state and text as customers would read them."""
    parts = [f"*{line(notice.status.value.capitalize(), 40)}*"]
    parts += [f"{line(one.name, 100)}: {notice.health.words}" for one in notice.components]
    quoted = "\n".join(f"> {one}" for one in esc(notice.body, TEXT).split("\n"))
    return [section(f"{bold(notice.name, 300)}\n{' · '.join(parts)}"), section(quoted)]


def told_line(known: Publication) -> str:
    """Return the incident card's line on what customers read; "" when there is nothing to say."""
    parts = []
    if known.told:
        last = known.told.updates[-1]
        parts.append(f"told “{last.status.value}” {when(last.at)}")
    if known.draft:
        parts.append("a text waits for another person's yes")
    return f"🌐 *Customers* {' · '.join(parts)}" if parts else ""


def asked_again(incident: Incident, draft: Draft, called: Collection[str]) -> Message:
    """Ask again for a yes; `called` are the deputy and the leads, when it is their turn."""
    to = f"{users(called)}: " if called else ""
    said = f"⏰ {to}customers of {headline(incident)} still wait: a text needs another yes."
    hint = f"{_who(draft)} may approve it above. Nothing is published by waiting."
    return message(said, section(said), context(hint))


def called_in(incident: Incident, draft: Draft) -> Message:
    """Tell the deputy or a lead directly that customers wait for a text."""
    said = f"📣 Customers of {headline(incident)} wait for a text that nobody has approved yet."
    row = actions(*_buttons(draft)[:2])
    return message(said, section(said), *notice_blocks(draft.notice), _asked(draft), row)


def differs(incident: Incident, found: Sequence[Difference]) -> Message:
    """Show what the page says that we did not publish, with Repair."""
    said = f"🔎 The status page was changed elsewhere: {headline(incident)}"
    rows = [
        f"• *{line(one.what, 80)}*: we published “{line(one.ours, 160)}”, it says "
        f"“{line(one.theirs, 160)}”"
        for one in found[:DIFFERENCES]
    ]
    rows += [f"• … and {len(found) - DIFFERENCES} more"] if len(found) > DIFFERENCES else []
    value = f"{incident.id}|repair"
    return message(
        said,
        section(said),
        section("\n".join(rows)),
        actions(button("Repair", "statuspage.repair", value, "primary")),
        context("Repair puts back what was approved. Texts that others added stay as they are."),
    )


def same_again(incident: Incident) -> Message:
    """Say that the page says again what was published."""
    said = f"✅ The status page says again what was published for {incident.id}."
    return message(said, section(said))


def repairing(incident: Incident) -> Message:
    """Say that a repair is under way."""
    said = f"🔧 {incident.id}: the status page is put back to what was approved."
    return message(said, section(said))


def voted(draft: Draft) -> Message:
    """Answer whoever said yes."""
    if draft.is_pending:
        said = f"👍 Your yes counts; {draft.missing} more needed."
    else:
        said = f"📣 {draft.incident}: approved, and on its way to the status page."
    return message(said, section(said))


def done(incident: Incident, what: str) -> Message:
    """Answer whoever changed or took back a text. `what` is a sentence of ours."""
    said = f"📣 {incident.id}: {what}"
    return message(said, section(said))


def _asked(draft: Draft) -> Block:
    by = f"Asked by {user(draft.author)}"
    changed = f", changed by {user(draft.editor)}" if draft.editor else ""
    yes = f" · yes: {users([vote.by for vote in draft.votes])}" if draft.votes else ""
    seal = f"It is published exactly as it stands here (seal `{draft.digest[:12]}`)."
    return context(f"{by}{changed}{yes} · {_who(draft)} may approve.", seal)


def _who(draft: Draft) -> str:
    return f"Another person ({who_approves(draft)})".replace("`", "")


def _ended(draft: Draft) -> str:
    by = user(draft.decided_by)
    seal = f"(seal `{draft.digest[:12]}`)"
    if draft.state is not DraftState.APPROVED:
        return _ENDS[draft.state].format(by=by)
    if draft.alone:
        why = prose(draft.reason, (), 300)
        return f"🔨 {by} published it alone: {why} {seal}"
    return f"✅ Approved by {users([vote.by for vote in draft.votes])} {seal}"


def _buttons(draft: Draft) -> list[Element]:
    value = f"{draft.incident}|{draft.id}"
    row = [
        button("Approve", "statuspage.approve", value, "primary"),
        button("Edit", "statuspage.edit", value),
        button("Cancel", "statuspage.cancel", value),
    ]
    alone = button("Publish alone…", "statuspage.alone", value)
    return row if draft.policy.alone_after is None else [*row, alone]


def _correct(draft: Draft) -> Element:
    text = draft.corrects or draft.id
    return button("Correct…", "statuspage.correct", f"{draft.incident}|{text}")
