"""How a key is written: `lk_`, ten hexadecimal digits that name it, `_`, and sixty-four that are its secret.

The form is fixed, so that scanners of code and logs find a key that got lost. Tell yours this regular expression:

    lk_[0-9a-f]{10}_[0-9a-f]{64}

The ten digits are no secret: tell them to the programme or search for them on the page of your keys.
"""

import re

PATTERN = "lk_[0-9a-f]{10}_[0-9a-f]{64}"
"""For scanners. Says nothing about whether a key exists."""
_WHOLE = re.compile("lk_([0-9a-f]{10})_([0-9a-f]{64})", re.ASCII)
_SOMEWHERE = re.compile(f"(?<![0-9A-Za-z]){PATTERN}(?![0-9A-Za-z])", re.ASCII)


def parts(text: str) -> tuple[str, str] | None:
    """The prefix and the secret of a key; None when the text is not exactly one."""
    match = _WHOLE.fullmatch(text)
    return (match[1], match[2]) if match else None


def found_in(text: str) -> list[str]:
    """The prefixes of all keys in a text, each once, in their order. Never the secrets: the list may be passed on."""
    return list(dict.fromkeys(match[0].split("_")[1] for match in _SOMEWHERE.finditer(text)))


def written(prefix: str, secret: str) -> str:
    return f"lk_{prefix}_{secret}"
