"""Characters that mislead a reader are removed or made visible; letters of every script stay."""

import re
import unicodedata
from typing import Final

MARKS_MOST: Final = 6  # combining marks on one letter; Hebrew with all its points needs four

_NEWLINES: Final = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")

# Zero-width characters, bidi controls (marks, embeddings, overrides, isolates), fillers, tags and
# the rest of Unicode's Default_Ignorable_Code_Point and category Cf. Kept: U+FE0E and U+FE0F
# (how an emoji is drawn) and the Arabic and Syriac signs that Unicode calls format characters
# but that are visible (U+0600..0605, 06DD, 070F, 0890, 0891, 08E2; U+110BD, 110CD).
_INVISIBLE: Final = re.compile(
    "[\x80-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_BROKEN: Final = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")  # cannot be encoded
_PICTURES: Final[dict[int, int | str]] = {
    **{code: 0x2400 + code for code in range(32)},  # NUL is shown as U+2400, ESC as U+241B
    ord("\t"): " ",
    ord("\n"): "\n",
    127: 0x2421,
}


def tidy(value: object) -> str:
    """Return `value` as text with plain newlines and nothing invisible. None gives ""."""
    text = "" if value is None else str(value)
    text = _NEWLINES.sub("\n", text).translate(_PICTURES)
    if text.isascii():
        return text
    return _few_marks(_BROKEN.sub("\ufffd", _INVISIBLE.sub("", text)))


def one_line(value: object) -> str:
    """Return `value` tidied, every run of white space one space."""
    return " ".join(tidy(value).split())


def _few_marks(text: str) -> str:
    """Drop marks piled so high that they cover the lines above and below."""
    kept: list[str] = []
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.category(letter) in {"Mn", "Me"} else 0
        if marks <= MARKS_MOST:
            kept.append(letter)
    return "".join(kept)
