"""Public digests of values, made where the values are: `python -m signals.matching.digest KIND [VALUE…]`.

Prints one line of JSON per value, which look-up and match jobs take in place of the value. Without values on the
command line it reads them from standard input, one a line, so that they stand in no list of processes. Nothing is sent
and nothing is written.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence

from signals.canonical import forms
from signals.canonical.answers import Refused


def digests(
    kind: str, values: Iterable[str], *, service: str | None = None, show: bool = False
) -> Iterator[tuple[int, dict[str, str] | Refused]]:
    """For each value its number, counted from 1, and its digests in hexadecimal, or why it has none.

    `show` adds the normal form. A code of `Refused` is explained on the page of the specification.
    """
    for number, raw in enumerate(values, start=1):
        try:
            found = forms.normal_form(kind, raw, service=service)
        except Refused as refused:
            yield number, refused
            continue
        line = {"kind": kind, "public_digest": forms.public_digest(kind, found.value).hex()}
        if found.alias is not None:
            line["alias_digest"] = forms.public_digest("email_alias", found.alias).hex()
        yield number, line | ({"normal_form": found.value} if show else {})


def main(arguments: Sequence[str] | None = None) -> int:
    """Digest the values of the command line or of standard input. 0 if all of them have a normal form, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m signals.matching.digest",
        description="Prints the public digests of values, one line of JSON each. Nothing is sent or stored.",
    )
    parser.add_argument("kind", choices=sorted(forms.KINDS), metavar="KIND", help=", ".join(sorted(forms.KINDS)))
    parser.add_argument("values", nargs="*", metavar="VALUE", help="values; without any, one a line of standard input")
    parser.add_argument("--service", metavar="CODE", help="the service of profile names and account ids")
    parser.add_argument("--show", action="store_true", help="print the normal form too")
    given = parser.parse_args(arguments)
    values = given.values or (line for line in sys.stdin if line.strip())
    failed = False
    for number, found in digests(given.kind, values, service=given.service, show=given.show):
        if isinstance(found, Refused):
            failed = True
            sys.stderr.write(f"Value {number}: {found.code}\n")
        else:
            sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
