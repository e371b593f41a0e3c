"""One mistake each: text, line, cause, cure."""

from tests.engine.kit import CHANGING, READING

STEP = "steps:\n  - {id: one, uses: toy.look, with: %s}\n"
DESTROY = "steps:\n  - {id: one, uses: toy.drop, timeout: 1m}\nverify: [{uses: toy.look}]\n"
PUT = "approval: one-approver\nverify: [{uses: toy.look}]\nsteps:\n  - id: one\n    uses: %s\n"
PARAM = STEP % '{service: "{p}"}' + "params:\n  p: %s\n"

LATER = """steps:
  - {id: one, uses: toy.look, with: {service: '{steps.two.x}'}}
  - {id: two, uses: toy.look}
"""
REPEATED = """steps:
  - {id: one, uses: toy.look, for_each: [api]}
  - {id: two, uses: toy.look, with: {service: '{steps.one.x}'}}
"""
ASKING = """steps:
  - id: one
    uses: toy.post
    with:
      url: http://x
      reads: '{p}'
params: {p: {type: bool}}
"""

# (what stands under the four lines of the head, line, cause, cure)
CASES = {
    "an unknown key": ("stepz: 1\n" + READING, 5, "Unknown key `stepz`", "`steps`"),
    "an unknown key of a step": (
        READING + "  - {id: two, uses: toy.look, wiht: {}}\n", 7, "Unknown key `steps[1].wiht`",
        "`with`"),
    "an unknown key of a wait": (
        READING + "  - {id: two, uses: toy.look, wait: {deadline: 1m, evry: 1s}}\n", 7,
        "`steps[1].wait.evry`", "`every`"),
    "an unknown key of a human step": (
        READING + "  - {id: two, ask: confirm, text: x, uses: toy.look}\n", 7,
        "`steps[1].uses`", "Known are"),
    "an unknown key of a parameter": (
        PARAM % "{type: text, pattern: ^a$, exmple: a}", 8, "`params.p.exmple`", "`example`"),
    "an unknown key of a way back": (
        PUT % "toy.restart\n    timeout: 1m\n    rollback: [{uses: toy.restart, wiht: {}}]", 11,
        "`steps[0].rollback[0].wiht`", "`with`"),
    "an unknown type": (PARAM % "{type: float}", 8, "`type` that does not exist", "`text`"),
    "no type": (PARAM % "{pattern: ^a$}", 8, "has no `type`", "type: text"),
    "a wrong effect": (
        PUT % "toy.restart\n    timeout: 1m\n    effect: maybe", 11,
        "`steps[0].effect` cannot be `maybe`", "`idempotent`"),
    "a number without a unit": (
        READING + "  - id: two\n    uses: toy.look\n    timeout: 5\n", 9, "no unit", "Correct"),
    "a question without words": (
        READING + "  - {id: two, ask: confirm}\n",
        7,
        "`steps[1].text` is missing",
        "Add `text:`",
    ),
    "no steps at all": ("tags: [a]\n", 1, "`steps` is missing", "Add at least one step"),
    "no steps": ("steps: []\n", 5, "`steps`", "Correct"),
    "an unknown action": (STEP.replace("toy.look", "toy.loook") % "{}", 6,
                          "no action `toy.loook`", "`toy.look`"),
    "an unknown parameter": (STEP % "{servce: api}", 6, "`toy.look` has no parameter `servce`",
                             "`service`"),
    "a missing parameter": (
        PUT % "toy.scale\n    timeout: 1m\n    with:\n      service: api", 11,
        "`toy.scale` needs `replicas`", "Add `replicas:`"),
    "a value of the wrong type": (STEP % "{tail: many}", 6, "`tail` of `toy.look`", "Correct"),
    "a value that breaks a bound": (STEP % "{tail: 5000}", 6, "less than or equal to 2000", ""),
    "a parameter of the wrong type": (
        STEP % '{tail: "{p}"}' + "params: {p: {type: text, pattern: ^.$, required: true,"
        " example: x}}\n", 6, "`tail` of `toy.look`", "type and bounds"),
    "a person where a number belongs": (
        STEP % '{tail: "{p}"}' + "params: {p: {type: user}}\n",
        6,
        "`tail` of `toy.look`",
        "type and bounds",
    ),
    "a parameter that may break a bound": (
        STEP % '{tail: "{p}"}' + "params: {p: {type: int, min: 1, max: 5000}}\n", 6,
        "less than or equal to 2000", "type and bounds"),
    "an option that the action refuses": (
        STEP % '{service: "{p}"}' + "params: {p: {type: choice, options: [api, API]}}\n", 6,
        "should match", ""),
    "a name that is no parameter": (STEP % '{service: "{sevice}"}' + "params:\n"
                                    "  service: {type: choice, options: [api]}\n", 6,
                                    "no parameter `sevice`", "`service`"),
    "a brace": (STEP % '{service: "{ }"}', 6, "nothing that can be put in", "Names look like"),
    "an unknown setting": (STEP % '{service: "{system.urls.bas}"}', 6, "says nothing at",
                           "system.yml"),
    "a secret that is not listed": (
        PUT % "toy.post\n    effect: manual\n    timeout: 1m\n    with: {url: 'http://x',\n"
        "      headers: {a: '${OTHER}'}}", 13, "`${OTHER}` is no secret of demo", "Add OTHER"),
    "a step that does not exist": (STEP % '{service: "{steps.gone.x}"}', 6, "no step `gone`", ""),
    "a later step": (
        LATER, 6, "`two` has not run yet", "Move `two`"),
    "a step that names itself": (
        STEP % '{service: "{steps.one.x}"}', 6, "`one` has not run yet", ""),
    "a repeated step's result": (
        REPEATED, 7, "once for each item", "without `for_each`"),
    "an item of nothing": (STEP % '{service: "{item}"}', 6, "without `for_each`", "Add"),
    "a for_each of no list": (
        "steps:\n  - id: one\n    uses: toy.look\n    for_each: a, b\n", 8,
        "a list or exactly one name", "Write"),
    "a for_each of nothing": (
        "steps:\n  - id: one\n    uses: toy.look\n    for_each: []\n", 8, "can never run", ""),
    "a for_each that is known too late": (
        PUT % "toy.restart\n    timeout: 1m\n  - {id: two, uses: toy.services}\n"
        "  - id: three\n    uses: toy.look\n    for_each: '{steps.two.names}'", 14,
        "only known while it runs", "before the first change"),
    "a condition that cannot be read": (
        "steps:\n  - id: one\n    uses: toy.look\n    when: len(x) > 1\n", 8,
        "`when` cannot be read", "Correct"),
    "a condition that is never true": (
        READING + "  - id: two\n    uses: toy.look\n    when: '{p} == cold'\n"
        "params:\n  p: {type: choice, options: [warm, hot]}\n", 9, "`two` can never run",
        "drop the step"),
    "a constant condition": (
        READING + "  - id: two\n    uses: toy.look\n    when: 1 == 2\n", 9, "can never run", ""),
    "a condition on an unknown name": (
        READING + "  - id: two\n    uses: toy.look\n    when: '{q} == 2'\n", 9,
        "no parameter `q`", ""),
    "a condition that compares nonsense": (
        READING + "  - id: two\n    uses: toy.look\n    when: '{p} > 2'\n"
        "params:\n  p: {type: bool}\n", 9, "no order", "Compare numbers"),
    "two steps with one id": (READING + "  - {id: one, uses: toy.look}\n", 7,
                              "Two steps have the id `one`", "own"),
    "a changing step without a timeout": (
        PUT % "toy.restart", 9, "no `timeout`", "timeout: 2m"),
    "a timeout of days": (PUT % "toy.restart\n    timeout: 2d", 10, "not between", "split"),
    "probe without a probe": (
        PUT % "toy.post\n    timeout: 1m\n    with: {url: 'http://x'}", 8, "there is no probe",
        "Add `probe:"),
    "effect: probe without a probe": (
        PUT % "toy.scale\n    timeout: 1m\n    with: {service: api, replicas: 1}\n"
        "    effect: probe", 12, "there is no probe", "effect: manual"),
    "a probe that changes": (
        PUT % "toy.scale\n    timeout: 1m\n    with: {service: api, replicas: 1}\n"
        "    probe:\n      uses: toy.restart\n      field: x", 13, "`probe` may only read", ""),
    "a look that says no field": (
        PUT % "toy.scale\n    timeout: 1m\n    with: {service: api, replicas: 1}\n"
        "    current: {uses: toy.look}", 12, "which `field`", "Add one"),
    "a wait without a deadline": (
        READING + "verify:\n  - uses: toy.look\n    wait: {first: 1s}\n", 9,
        "`verify[0].wait.deadline` is missing", "Say when to give up"),
    "a wait for no duration": (
        READING + "verify:\n  - uses: toy.look\n    wait: {deadline: '{p}'}\n"
        "params:\n  p: {type: bool}\n", 9, "no duration", "type duration or int"),
    "a change that waits": (
        PUT % "toy.restart\n    timeout: 1m\n    wait: {deadline: 1m}", 11,
        "not tried until it works", "`verify`"),
    "a change whose failing is passed over": (
        PUT % "toy.restart\n    timeout: 1m\n    on_error: report", 11, "cannot be passed over",
        "Leave"),
    "a read with an effect": (
        "steps:\n  - id: one\n    uses: toy.look\n    effect: manual\n", 8, "only reads", ""),
    "a change in verify": (
        CHANGING + "  - {id: v2, uses: toy.restart, timeout: 1m}\n", 11, "verifying only reads",
        "Move"),
    "a change as precondition": (
        READING + "preconditions:\n  - uses: toy.restart\n", 8, "A precondition may only read",
        ""),
    "an empty precondition": (
        READING + "preconditions:\n  - title: x\n", 8, "tests nothing", "Add `uses:`"),
    "a precondition that does not say why": (
        READING + "preconditions:\n  - uses: toy.look\n    check: 1 == 1\n", 8,
        "what its failing means", "otherwise"),
    "a change that nothing verifies": (
        "approval: one-approver\nsteps:\n  - {id: one, uses: toy.restart, timeout: 1m}\n", 6,
        "nothing checks", "Add `verify:`"),
    "a change without approval": (
        "steps:\n  - {id: one, uses: toy.restart, timeout: 1m}\nverify: [{uses: toy.look}]\n", 5,
        "no `approval`", "approval: one-approver"),
    "destruction without approval": (DESTROY, 5, "no `approval`", "two-approvers-typed"),
    "destruction under too weak a policy": (
        "approval: one-approver\n" + DESTROY, 5, "too weak", "two-approvers-typed"),
    "destruction that nobody types": (
        "approval: two-approvers\n" + DESTROY, 5, "nobody types", "two-approvers-typed"),
    "a change under no policy": (
        CHANGING.replace("one-approver", "none"), 5, "too weak", "one-approver"),
    "an unknown policy": (
        CHANGING.replace("one-approver", "one-aprover"), 5, "no approval policy", "`one-approver`"),
    "a risk that is played down": ("risk: low\n" + CHANGING, 5, "can do `high`", "risk: high"),
    "a risk that nobody agreed to": (
        "risk: destructive\n" + CHANGING, 6, "too weak for risk `destructive`", ""),
    "a way back from nothing": (
        READING + "rollback:\n  - {uses: toy.look}\n", 7, "can never run", "Remove"),
    "a draft": ("draft: true\n" + READING, 5, "a draft", "remove `draft: true`"),
    "an offer of nothing": ("offer: [b-runbook]\n" + READING, 5, "no such runbook", ""),
    "a fill of nothing": (
        "suggest: {alerts: [Down], fill: {pod: label}}\n" + READING, 5, "is no parameter", ""),
    "a pattern that is open": (
        PARAM % "{type: text, pattern: '[a-z]+', example: a}", 8, "not anchored", "`^[a-z]+$`"),
    "a pattern that ends in a dollar sign": (
        PARAM % r"{type: text, pattern: '^[a-z]+\$', example: a}", 8, "not anchored", ""),
    "a pattern that is none": (
        PARAM % "{type: text, pattern: '^[a-z$', example: a}", 8, "cannot be read", "Python"),
    "a text without an example": (
        PARAM % "{type: text, pattern: '^[a-z]+$'}", 8, "Nothing shows", "Add `example:`"),
    "a default that does not fit": (
        PARAM % "{type: text, pattern: '^[a-z]+$', default: API}", 8,
        "The default would be refused", "Correct"),
    "a choice that is hostile": (
        PARAM % "{type: choice, options: [api, 'a;b']}", 8, "The option would be refused", ""),
    "bounds the wrong way round": (
        STEP % '{tail: "{p}"}' + "params:\n  p: {type: int, min: 9, max: 1}\n", 8, "above",
        "Swap"),
    "a parameter that nothing uses": (
        READING + "params:\n  p: {type: bool}\n", 8, "used nowhere", "remove"),
    "a reserved name": (
        READING + "params:\n  item: {type: bool}\n", 8, "cannot be called `item`", "another"),
    "a live choice that changes": (
        PARAM % "{type: live, uses: toy.restart, field: x}", 8, "may only be read", "reading"),
    "a live choice of no action": (
        PARAM % "{type: live, uses: toy.loook, field: x}", 8, "no action", "`toy.look`"),
    "a live choice that needs a parameter": (
        PARAM % "{type: live, uses: toy.look, with: {service: '{p}'}, field: x}",
        8,
        "before anything is known",
        "{system...}",
    ),
    "a live choice with a brace": (
        PARAM % "{type: live, uses: toy.look, with: {service: '{ }'}, field: x}",
        8,
        "nothing that can be put in",
        "",
    ),
    "a POST whose reading is a parameter": (
        ASKING, 10, "what may be approved",
        "true or false"),
}  # fmt: skip
