"""What stands in the thread of a run's card: output of each step, questions, the log."""

from bot.domain.run import Answer, Entry, Phase, Question, Run, StepState
from bot.views.kit import Element, actions, button, message, section
from bot.views.limits import Message
from bot.views.mrkdwn import line, notice, user
from bot.views.runs.code import block, code
from bot.views.runs.facts import STEP_MARKS, step_title

TAIL = 2400  # characters of output that a step's message shows
LABELS = {
    Answer.DONE: "Done",
    Answer.RETRY: "Try again",
    Answer.ROLL_BACK: "Roll back",
    Answer.ABORT: "Stop here",
}
FORMS = {"human.text", "human.checkbox"}


def step_output(run: Run, entry: Entry, tail: str) -> Message:
    """Return the message of one step: the end of what it said, and how it went."""
    name = step_title(entry, 150)
    said = entry.error if entry.state in {StepState.FAILED, StepState.UNKNOWN} else entry.summary
    parts = [f"{STEP_MARKS[entry.state]} *{name}*" + (f" · {line(said, 300)}" if said else "")]
    if tail.strip():
        parts.append(block(tail, TAIL))
    return message(f"{run.id}: {name}", section("\n".join(parts)))


def question_message(run: Run, question: Question, *, waits: bool) -> Message:
    """Return a question with its buttons; once answered it says so and has none."""
    entry = run.entry(question.key)
    asked = f"❓ {user(run.requester)} {notice(question.text, 2000)}"
    if not waits:
        by = f" {user(entry.by)} answered." if entry.by else " Answered."
        return message(asked, section(f"{asked}\n✔️{by}"))
    row = [_answer(run, question, choice, entry) for choice in question.choices]
    return message(f"{run.id} asks: {notice(question.text, 300)}", section(asked), actions(*row))


def question_value(run: Run, question: Question) -> str:
    """Return what a button of a question carries: the run and which of its questions."""
    return f"{run.id}|{question.number}"


def log_comment(run: Run, sha256: str, characters: int) -> str:
    """Return what stands beside the file of a run's whole output."""
    return f"📄 Everything {run.id} said: {characters:,} characters, SHA-256 {code(sha256)}"


def _answer(run: Run, question: Question, choice: Answer, entry: Entry) -> Element:
    value = question_value(run, question)
    if choice is Answer.DONE and entry.planned.uses in FORMS:
        return button("Answer", "run.respond", value, "primary")
    human = entry.human and choice is Answer.ABORT and entry.phase is Phase.STEPS
    label = "It cannot be done: stop" if human else LABELS[choice]
    style = {Answer.ABORT: "danger", Answer.DONE: "primary"}.get(choice)
    return button(label, f"run.answer:{choice.name.lower()}", value, style)
