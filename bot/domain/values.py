"""The base of every stored value."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """Frozen, and closed: an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
