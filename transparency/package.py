"""An edition as a download: data in several forms, what their words mean, and what proves them.

`datapackage.json` follows Data Package 1, `schema.json` is JSON Schema 2020-12, the list of checksums is what
`sha256sum --check` reads. The same edition gives the same bytes, once a checkpoint has been signed behind it.
"""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.utils import translation

from lantern_site.audit import tree
from lantern_site.audit.models import Checkpoint
from transparency import dimensions, exports, figures, metrics, printed
from transparency.checking import CHECKSUMS
from transparency.dimensions import Words
from transparency.models import Edition

LANGUAGES = ("en", "fr")
TYPES: Mapping[str, str] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8; header=present",
    "txt": "text/plain; charset=utf-8",
    "key": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "pdf": "application/pdf",
}


def files_of(edition: Edition) -> dict[str, bytes]:
    """Everything by name; the list of checksums last."""
    files: dict[str, bytes] = {name: make(edition) for name, make in MAKERS.items()}
    files |= _proof(edition)
    files["datapackage.json"] = _readable(_datapackage(edition, files))
    files[CHECKSUMS] = "".join(f"{sha256(content).hexdigest()}  {name}\n" for name, content in files.items()).encode()
    return files


def file_of(edition: Edition, name: str) -> bytes | None:
    """One file, made alone where that is possible; None when the edition has no such file."""
    if name in MAKERS:
        return MAKERS[name](edition)
    return files_of(edition).get(name)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """One archive, the same bytes each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)  # without a time of its own: 1980
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()


def name_of(edition: Edition) -> str:
    return f"lantern-report-{edition.year}-{edition.number}"


def type_of(name: str) -> str:
    return TYPES.get(name.rpartition(".")[2], TYPES["txt"])


def _dictionary(_edition: Edition) -> bytes:
    """The metric dictionary as data."""
    return _readable(
        {
            "version": metrics.VERSION,
            "metrics": [
                {
                    "id": metric.id,
                    "title": _in_both(metric.title),
                    "definition": _in_both(metric.definition),
                    "unit": metric.unit.value,
                    "source": metric.source.value,
                    "protection": metric.protection.value,
                    "counts": list(metric.actions),
                    "deduplication": metric.deduplication.value,
                    "dimensions": [dimension.value for dimension in metric.dimensions],
                }
                for metric in metrics.DICTIONARY.values()
            ],
            "categories": {
                dimension.value: {code: _in_both(words) for code, words in categories.items()}
                for dimension, categories in dimensions.CATEGORIES.items()
            },
            "marks": {mark.value: _in_both(words) for mark, words in dimensions.MARKS.items()},
        }
    )


def _in_both(words: Words) -> dict[str, str]:
    found = {}
    for language in LANGUAGES:
        with translation.override(language):
            found[language] = str(words)
    return found


def _schema(_edition: Edition) -> bytes:
    """What data.json looks like."""
    text, number = {"type": "string"}, {"type": "integer", "minimum": 0}
    value = {"oneOf": [{"type": "number", "minimum": 0}, {"enum": [*dimensions.Mark, *dimensions.Band]}]}

    def exactly(**properties: Any) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }

    def many(items: Any) -> dict[str, Any]:
        return {"type": "array", "items": items}

    about = {"id": text, "unit": text, "source": {"enum": list(metrics.Source.values)}}
    table = exactly(**about, dimensions=many(text), rows=many(text), columns=many(text), cells=many(many(value)))
    whole = exactly(
        schema={"const": figures.SCHEMA},
        dictionary=number,
        year=number,
        starts_at=text,
        ends_before=text,
        position=number,
        root={"type": "string", "pattern": "^[0-9a-f]{64}$"},
        attested={"oneOf": [number, {"type": "null"}]},
        rules={"type": "object", "additionalProperties": number},
        key_figures=many(exactly(**about, value=value)),
        tables=many(table),
    )
    return _readable({"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Lantern report", **whole})


def _restatements(edition: Edition) -> bytes:
    """What the edition says otherwise than the one before, and why."""
    return _readable(
        {
            "restates": edition.restates.number if edition.restates else None,
            "restatements": [
                {"metric": one.metric, "changes": one.changes, "reason": one.reason}
                for one in edition.restatements.order_by("pk")
            ],
        }
    )


def _proof(edition: Edition) -> dict[str, bytes]:
    """The first checkpoint behind the edition, and that its ledger continues the one that was counted."""
    found = Checkpoint.objects.filter(position__gte=edition.position).order_by("position").first()
    if found is None or not edition.position:
        return {}
    path = tree.consistency(edition.position, found.position)
    return {
        "checkpoint.txt": found.note.encode(),
        "checkpoint.key": f"{found.verifier}\n".encode(),
        "consistency.json": _readable(
            {"first": edition.position, "second": found.position, "path": [node.hex() for node in path]}
        ),
    }


def _datapackage(edition: Edition, files: Mapping[str, bytes]) -> dict[str, Any]:
    fields = [{"name": name, "type": "integer" if name == "year" else "string"} for name in exports.HEAD]
    return {
        "profile": "data-package",
        "name": name_of(edition),
        "title": f"Lantern: transparency report {edition.year}, edition {edition.number}",
        "version": f"{edition.year}.{edition.number}",
        "created": f"{edition.published_at:%Y-%m-%dT%H:%M:%SZ}" if edition.published_at else None,
        "homepage": settings.SITE_URL,
        "resources": [
            {
                "name": name.replace(".", "-").lower(),
                "path": name,
                "mediatype": type_of(name).partition(";")[0],
                "bytes": len(content),
                "hash": f"sha256:{sha256(content).hexdigest()}",
                **({"profile": "tabular-data-resource", "schema": {"fields": fields}} if name == "data.csv" else {}),
            }
            for name, content in files.items()
        ],
    }


def _paper(edition: Edition, language: str) -> bytes:
    return _kept_paper(edition.public_id, language) if edition.is_published else printed.pdf(edition, language)


@lru_cache(maxsize=8)
def _kept_paper(edition_id: int, language: str) -> bytes:
    """Of a published edition, which never changes."""
    return printed.pdf(Edition.objects.select_related("restates").get(public_id=edition_id), language)


def _readable(data: Any) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


MAKERS: Mapping[str, Callable[[Edition], bytes]] = {
    "data.json": lambda edition: figures.canonical(edition.document),
    "data.csv": lambda edition: exports.csv_of(edition.document).encode(),
    "dictionary.json": _dictionary,
    "schema.json": _schema,
    "restatements.json": _restatements,
    "report-en.pdf": partial(_paper, language="en"),
    "report-fr.pdf": partial(_paper, language="fr"),
    "chapter-en.md": partial(printed.chapter, language="en"),
    "chapter-fr.md": partial(printed.chapter, language="fr"),
}
