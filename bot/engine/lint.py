"""The linter: every file, every rule, every finding; nothing with a finding can be run."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.engine.lint_format import read_sheet
from bot.engine.lint_params import check_params
from bot.engine.lint_policy import check_together, check_whole
from bot.engine.lint_secrets import check_secrets
from bot.engine.lint_sheet import Finding, Known, Read, Sheet
from bot.engine.lint_steps import check_order, check_steps

RULES = (check_whole, check_params, check_steps, check_order)


@dataclass(frozen=True, slots=True)
class Linted:
    """What was found in some files. `sheets` are those with the right keys, sound or not."""

    sheets: tuple[Sheet, ...]
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> tuple[Sheet, ...]:
        """The runbooks without a finding."""
        bad = {finding.file for finding in self.findings}
        return tuple(sheet for sheet in self.sheets if sheet.file not in bad)


def lint(files: Iterable[tuple[Path, str]], read: Read, known: Known) -> Linted:
    """Check runbook files.

    Args:
        files: path and text of each.
        read: turns a path into its YAML tree; `bot.config_files.yaml_tree.read_tree`.
        known: the actions, systems and policies they may name.
    """
    sheets: list[Sheet] = []
    findings: list[Finding] = []
    for path, text in files:
        findings += check_secrets(str(path), text)
        sheet, wrong = read_sheet(path, text, read)
        findings += wrong
        if sheet is not None:
            sheets.append(sheet)
            findings += [found for rule in RULES for found in rule(sheet, known)]
    findings += check_together(sheets, known)
    unique = dict.fromkeys(sorted(findings, key=lambda one: (one.file, one.line, one.cause)))
    return Linted(tuple(sheets), tuple(unique))


def as_lines(findings: Iterable[Finding]) -> str:
    """Return one line for each finding, as editors understand it."""
    return "\n".join(finding.text for finding in findings)


def as_json(findings: Iterable[Finding]) -> str:
    """Return the findings for machines: a list of {file, line, cause, cure}."""
    said = [finding.model_dump() for finding in findings]
    return json.dumps(said, indent=2, ensure_ascii=False)
