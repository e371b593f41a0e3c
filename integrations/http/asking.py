"""The parameters of the HTTP actions, and the request that is made of them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import ConfigDict, Field, StringConstraints, field_validator

from bot.action import Params
from bot.errors import Invalid, Rejected
from integrations.http.client import Answer, Ask
from integrations.http.expectation import ABSENT, Expect, failures, parse
from integrations.http.guard import Origin, admit, permitted, split

SECRET = re.compile(r"\$\{([A-Z][A-Z0-9_]{0,63})\}")
BODY_MAX = 100_000  # bytes of JSON that a request may have
OURS = {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "upgrade"}

Url = Annotated[str, StringConstraints(max_length=2048, pattern=r"^https?://[!-~]+$")]
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
HeaderValue = Annotated[str, StringConstraints(max_length=4096, pattern=r"^[ -~]*$")]
QueryName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.\[\]-]{1,64}$")]
QueryText = Annotated[str, StringConstraints(max_length=1024)]


class Reading(Params):
    """A request without a body. `timeout` is in seconds; `${NAME}` in a header is a secret."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    url: Url
    headers: dict[HeaderName, HeaderValue] = Field(default={}, max_length=30)
    query: dict[QueryName, bool | int | float | QueryText] = Field(default={}, max_length=50)
    expect: Expect = Expect()
    timeout: float = Field(default=10, gt=0, le=120)

    @field_validator("url")
    @classmethod
    def _no_secret(cls, url: str) -> str:
        if "${" in url:
            message = "a secret in a URL ends up in other people's logs: put it in a header"
            raise ValueError(message)
        return url

    @field_validator("headers")
    @classmethod
    def _not_ours(cls, headers: dict[str, str]) -> dict[str, str]:
        if taken := OURS & {name.lower() for name in headers}:
            message = f"{min(taken)} is set by the client"
            raise ValueError(message)
        return headers


class Changing(Reading):
    """A request that may have a JSON body; `${NAME}` in its texts is a secret."""

    json_: Any = Field(default=None, alias="json")

    @field_validator("json_")
    @classmethod
    def _small(cls, value: Any) -> Any:
        if len(json.dumps(value)) > BODY_MAX:
            message = f"the body is over {BODY_MAX} bytes"
            raise ValueError(message)
        return value


class Posting(Changing):
    """`reads`: this POST only asks. Its path must be in the system's `http: reading_posts`."""

    reads: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request as it is shown and sealed: secrets are still `${NAME}`."""

    method: str
    origin: Origin
    path: str
    params: Reading

    @classmethod
    def of(cls, method: str, params: Reading, system: Mapping[str, Any]) -> "Wanted":
        """Resolve the URL against what the system lists.

        Raises:
            Invalid: the host is not listed, or the URL cannot be one.
        """
        origin, path, query = split(params.url)
        admit(origin, system.get("urls", {}))
        given = urlencode([(name, _query_text(value)) for name, value in params.query.items()])
        query = "&".join(part for part in (query, given) if part)
        return cls(method, origin, f"{path}?{query}" if query else path, params)

    @property
    def target(self) -> str:
        """Return the stable name of what is touched."""
        return f"http:{self.origin}{self.path.partition('?')[0]}"

    @property
    def text(self) -> str:
        """Write the whole request on one line."""
        words = [f"{self.method} {self.origin}{self.path}"]
        if self.params.headers:
            words.append(f"headers {_one_line(self.params.headers)}")
        if (body := self._json()) is not None:
            words.append(f"json {_one_line(body)}")
        return " ".join(words)

    def secrets(self) -> set[str]:
        """Return the names of the secrets it needs."""
        return set(SECRET.findall(_one_line([self.params.headers, self._json()])))

    def ask(self, system: Mapping[str, Any], secrets: Mapping[str, str], *, changes: bool) -> Ask:
        """Make the request itself, with the secrets filled in."""
        self.check_secrets(secrets)
        headers = {
            name: _filled(value, secrets).strip() for name, value in self.params.headers.items()
        }
        if unfit := [name for name, value in headers.items() if not _is_header(value)]:
            message = f"The header {unfit[0]} would have a line break or a character outside ASCII."
            raise Invalid(message, field="headers")
        body, value = None, self._json()
        if value is not None:
            body = json.dumps(_filled(value, secrets)).encode()
            headers.setdefault("Content-Type", "application/json")
        private = system.get("http", {}).get("private_hosts", ())
        return Ask(
            self.method,
            self.origin,
            self.path,
            changes,
            permitted(self.origin.host, private),
            headers,
            body,
            self.params.timeout,
        )

    def check_secrets(self, secrets: Mapping[str, str]) -> None:
        """Raise Invalid when a secret that it names is not set."""
        if missing := sorted(name for name in self.secrets() if not secrets.get(name)):
            message = (
                f"The secret {missing[0]} is not set. It must be in the `secrets` of the system's "
                "system.yml and in the environment; whoever runs Signalbox can set it."
            )
            raise Invalid(message)

    def _json(self) -> Any:
        return self.params.json_ if isinstance(self.params, Changing) else None


def may_read(wanted: Wanted, system: Mapping[str, Any]) -> None:
    """Raise Invalid unless the system says that a POST to this path only reads."""
    path = wanted.path.partition("?")[0]
    if path not in system.get("http", {}).get("reading_posts", ()):
        message = (
            f"POST {path} is not known to only read. Whoever keeps system.yml can add it to "
            "`http: {reading_posts: [...]}`; without `reads: true` it needs an approval."
        )
        raise Invalid(message, field="reads")


def judge(wanted: Wanted, answer: Answer) -> Any:
    """Return the JSON of an answer that is as expected, None when it has none.

    Raises:
        Rejected: it is not; names every path, what was expected and what was found.
    """
    body = ABSENT if answer.cut or not answer.body else parse(answer.body)
    wrong = list(failures(wanted.params.expect, answer.status, answer.headers, body))
    if answer.cut and wanted.params.expect.json_:
        wrong.append("the answer was cut at 1 MB: its JSON could not be read")
    if wrong:
        moved = (
            f" It sends to {where}, which is not followed." if (where := redirect(answer)) else ""
        )
        message = f"{wanted.method} {wanted.origin}{wanted.path}: {'; '.join(wrong)}.{moved}"
        raise Rejected(message, code=str(answer.status))
    return None if body is ABSENT else body


def redirect(answer: Answer) -> str:
    """Return the host that a redirect leads to, empty when it is none."""
    where = answer.headers.get("location", "")
    if not 300 <= answer.status < 400 or not where:  # noqa: PLR2004 - 3xx
        return ""
    try:
        return str(split(where)[0])
    except Invalid:
        return "a path of the same host" if where.startswith("/") else "somewhere else"


def _query_text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _filled(value: Any, secrets: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return SECRET.sub(lambda match: secrets[match[1]], value)
    if isinstance(value, dict):
        return {key: _filled(each, secrets) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(each, secrets) for each in value]
    return value


def _is_header(value: str) -> bool:
    return value.isascii() and (value.isprintable() or not value)


def _one_line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
