"""Log lines that may leave the machine: one JSON object each, and nothing in it that a request or a row carried.

Messages of exceptions quote values ("Key (digest)=(…) already exists"), and addresses are typed by people. So a line
names the route instead of the address, and the kind and place of an exception instead of its words.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path

SITE_PACKAGES = "site-packages/"


class Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, str | list[str]] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": said(record),
        }
        if record.exc_info and record.exc_info[1]:
            line |= {"exception": kinds(record.exc_info[1]), "where": places(record.exc_info[1])}
        return json.dumps(line, ensure_ascii=False)


def said(record: logging.LogRecord) -> str:
    if request := getattr(record, "request", None):
        match = getattr(request, "resolver_match", None)
        status = getattr(record, "status_code", "")
        return f"{getattr(request, 'method', '')} {match.route if match else '(no route)'} {status}".strip()
    if record.name.startswith("django.security."):
        return record.name.removeprefix("django.security.")
    if record.name == "celery.app.trace" and isinstance(record.args, dict):
        return f"{record.args.get('name')} {record.args.get('id')} {record.args.get('description', 'done')}"
    return record.getMessage()


def kinds(error: BaseException) -> list[str]:
    """The exception's class and those of its causes, without their words."""
    found: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(found) < 5:
        found.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        cause = cause.__cause__ or cause.__context__
    return found


def places(error: BaseException) -> list[str]:
    """The frames it passed, innermost last."""
    return [f"{shortened(f.filename)}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)[-12:]]


def shortened(path: str) -> str:
    if SITE_PACKAGES in path:
        return path.rpartition(SITE_PACKAGES)[2]
    return "/".join(Path(path).parts[-3:])
