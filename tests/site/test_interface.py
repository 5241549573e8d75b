"""Words, icons, times and the components that show them."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template, engines
from django.template.loader import get_template, render_to_string
from django.utils import translation

from lantern_site import clock, public_ids
from lantern_site.templatetags import interface

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TEMPLATES = Path(settings.BASE_DIR) / "templates"
STATIC = Path(settings.BASE_DIR) / "static"
DIGEST = "5e36819475d1c0ffee5e36819475d1c0ffee5e36819475d1c0ffee5e36819475"


def text_of(markup: str) -> str:
    return " ".join(markup.split())


def component(name: str, **context: Any) -> str:
    return text_of(render_to_string(f"components/{name}.html", context))


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=40), "under 1 min"),
        (timedelta(minutes=54, seconds=59), "54 min"),
        (timedelta(minutes=-54), "54 min"),
        (timedelta(hours=23, minutes=59), "23 h"),
        (timedelta(hours=24), "1 day"),
        (timedelta(days=59), "59 days"),
        (timedelta(days=61), "2 months"),
        (timedelta(days=365), "12 months"),
        (timedelta(days=731), "2 years"),
    ],
)
def test_a_duration_is_its_largest_unit(span: timedelta, words: str) -> None:
    assert interface.short_duration(span) == words


def test_a_target_says_what_is_left_and_then_how_late_it_is() -> None:
    with clock.at(NOON):
        assert interface.time_left(NOON + timedelta(minutes=14)) == "14 min left"
        assert interface.time_left(NOON - timedelta(minutes=54)) == "54 min late"
        assert not interface.is_late(NOON)
        assert interface.is_late(NOON - timedelta(seconds=1))


def test_a_moment_is_told_from_now() -> None:
    with clock.at(NOON):
        assert interface.ago(NOON - timedelta(days=2)) == "2 days ago"
        assert interface.ago(NOON + timedelta(hours=3)) == "in 3 h"
        assert interface.ago(NOON + timedelta(seconds=20)) == "just now"


def test_the_bar_of_a_target_is_never_empty_and_never_overflows() -> None:
    with clock.at(NOON):
        assert interface.elapsed_percent(NOON - timedelta(hours=1), NOON + timedelta(hours=1)) == 50
        assert interface.elapsed_percent(NOON, NOON + timedelta(days=9)) == 3
        assert interface.elapsed_percent(NOON - timedelta(hours=9), NOON - timedelta(hours=1)) == 100
        assert interface.elapsed_percent(NOON, NOON) == 100


def test_the_bar_of_a_claim_shrinks_to_nothing() -> None:
    with clock.at(NOON):
        assert interface.remaining_percent(NOON + timedelta(minutes=15), NOON - timedelta(minutes=15)) == 50
        assert interface.remaining_percent(NOON - timedelta(minutes=1), NOON - timedelta(minutes=31)) == 0
        assert interface.remaining_percent(NOON, NOON) == 0


@pytest.mark.parametrize("severity", ["critical", 4])
def test_a_severity_is_known_by_word_and_by_number(severity: str | int) -> None:
    assert interface.severity_level(severity) == 4
    assert interface.severity_word(severity) == "Critical"


def test_severity_shows_its_word_beside_its_bars() -> None:
    shown = component("severity", level="high")

    assert 'class="severity severity-3"' in shown
    assert "High" in shown


@pytest.mark.parametrize("state", interface.STATES)
def test_every_state_has_a_word_and_its_icon_exists(state: str) -> None:
    look = interface.STATES[state]

    assert look.word
    assert str(look.word) in component("pill", status=state)
    assert not look.icon or "<svg" in interface.icon(look.icon)


def test_an_unlisted_state_still_reads_as_words() -> None:
    assert "Awaiting reply" in component("pill", status="awaiting_reply")


@pytest.mark.parametrize("name", sorted({*interface.KIND_ICONS.values(), *interface.ACTION_ICONS.values()}))
def test_every_named_icon_exists(name: str) -> None:
    assert interface.icon(name).startswith("<svg")


def test_every_toned_action_has_an_icon_of_its_own() -> None:
    assert set(interface.ACTION_TONES) <= set(interface.ACTION_ICONS)


def test_an_unknown_icon_is_an_error_and_not_a_blank() -> None:
    with pytest.raises(Exception, match="no-such-icon"):
        interface.icon("no-such-icon")


def test_icons_are_silent_for_screen_readers() -> None:
    assert 'aria-hidden="true"' in interface.icon("inbox")


def test_a_glyph_is_mirrored_and_follows_the_digest() -> None:
    cells = interface.glyph_path(DIGEST).split("M")[1:]
    corners = {tuple(int(part) for part in cell.split("h")[0].split()) for cell in cells}

    assert corners == {(30 - x, y) for x, y in corners}
    assert interface.glyph_path(DIGEST) == interface.glyph_path(DIGEST)
    assert interface.glyph_path(DIGEST) != interface.glyph_path(DIGEST[::-1])


def test_a_short_digest_has_a_glyph_too() -> None:
    assert interface.glyph_path("ff") is not None


def test_a_hue_stays_with_its_thing() -> None:
    assert {interface.hue(number) for number in range(100)} == set(range(6))
    assert interface.hue("Cobalt Drive") == interface.hue("Cobalt Drive")


def test_a_hash_is_shown_as_its_glyph_and_anything_else_by_its_kind() -> None:
    assert 'class="glyph' in component("kind", kind="pdq", digest=DIGEST)
    assert 'class="kind' in component("kind", kind="email", digest="")


@pytest.mark.parametrize(
    ("name", "letters"), [("Amal Okafor", "AO"), ("Amal van der Okafor", "AO"), ("Amal", "A"), ("", "")]
)
def test_initials_are_at_most_two_letters(name: str, letters: str) -> None:
    assert interface.initials(name) == letters


def test_long_text_loses_its_middle() -> None:
    assert interface.middle_cut("short", 26) == "short"
    assert interface.middle_cut(DIGEST, 20) == "5e36819475d1c…819475"
    assert len(interface.middle_cut(DIGEST, 20)) == 20


def test_a_share_of_nothing_is_nothing() -> None:
    assert interface.percent_of(1, 4) == 25
    assert interface.percent_of(1, 0) == 0


def test_public_ids_are_shown_as_people_write_them() -> None:
    assert interface.public_id(12345) == public_ids.shown(12345)


def test_the_prologue_of_a_drawing_is_dropped() -> None:
    assert interface.inline_svg("<?xml version='1.0'?>\n<svg/>") == "<svg/>"


# Components


def claimed_row(**changes: Any) -> SimpleNamespace:
    row = {
        "id": 12345,
        "url": "/signals/LN-00000-00001/",
        "peek_url": "/signals/LN-00000-00001/preview/",
        "reference": "LN-00000-00001",
        "kind": "email",
        "kind_label": "E-mail address",
        "digest": "",
        "masked": "a•••@e•••.org",
        "harm": "Grooming",
        "severity": "high",
        "sharer": "Cobalt Drive",
        "due_at": NOON + timedelta(minutes=14),
        "opened_at": NOON - timedelta(hours=1),
        "status": "",
        "flags": ["contested"],
        "corroborations": 2,
        "disputes": 0,
        "claim": None,
        "claim_url": "/signals/LN-00000-00001/claim/",
    }
    return SimpleNamespace(**row | changes)


def test_a_row_says_everything_that_a_choice_needs() -> None:
    with clock.at(NOON):
        shown = component("signal_row", row=claimed_row(), show_claim=True)

    for words in ("a•••@e•••.org", "Grooming", "High", "Cobalt Drive", "14 min left", "Contested", "Claim"):
        assert words in shown
    assert "<a " in shown
    assert 'href="/signals/LN-00000-00001/"' in shown


def test_ids_in_attributes_carry_no_thousands_separator() -> None:
    with clock.at(NOON), translation.override("fr"):
        assert 'id="row-12345"' in component("signal_row", row=claimed_row())


def test_a_claim_of_a_colleague_names_the_holder_and_offers_no_button() -> None:
    shown = component("claim", row=claimed_row(claim=SimpleNamespace(mine=False, holder="Yuki Hara")))

    assert "Yuki Hara" in shown
    assert "<button" not in shown


def test_late_is_a_word_and_no_bar() -> None:
    with clock.at(NOON):
        shown = component("due", due_at=NOON - timedelta(minutes=3), opened_at=NOON - timedelta(hours=1))

    assert "3 min late" in shown
    assert "<progress" not in shown


def test_a_value_is_masked_until_a_reason_was_given() -> None:
    masked = component("masked", id=7, masked="a•••@e•••.org", reveal_url="/reveal/", reasons=[("decide", "To decide")])
    revealed = component("masked", id=7, masked="a•••@e•••.org", plain="amal@example.org")

    assert 'method="post"' in masked
    assert "To decide" in masked
    assert "amal@example.org" not in masked
    assert 'class="plain"' in revealed
    assert "<form" not in revealed


def test_nothing_is_chosen_beforehand_and_a_refused_choice_says_why() -> None:
    options = [
        SimpleNamespace(name="move", value="approve", title="Approve", consequence="Shared with 11 members", key="1"),
        SimpleNamespace(name="move", value="reject", title="Reject", refused="You submitted it yourself."),
    ]

    shown = component("options", legend="Your decision", options=options)

    assert "checked" not in shown
    assert "You submitted it yourself." in shown
    assert shown.count("disabled") == 1


@pytest.mark.parametrize(("state", "polls"), [("queued", True), ("running", True), ("done", False), ("failed", False)])
def test_a_job_asks_for_itself_only_while_it_runs(state: str, polls: bool) -> None:
    job = SimpleNamespace(id=1, title="List", state=state, done=1200, total=4000, url="/jobs/1/", found=3)

    shown = component("job", job=job)

    assert ("hx-trigger" in shown) is polls
    assert 'value="1200"' in shown
    assert "1,200 / 4,000" in shown


def test_an_empty_list_says_so_kindly() -> None:
    assert "Enjoy the quiet." in component("signals_table", rows=[], caption="Signals")


class Sample(forms.Form):
    note = forms.CharField(widget=forms.Textarea, max_length=280, help_text="Describe the signal, not the content.")
    agree = forms.BooleanField(required=False)


def test_a_field_shows_its_help_and_what_is_wrong() -> None:
    shown = text_of(str(Sample({})))

    assert 'for="id_note"' in shown
    assert "Describe the signal, not the content." in shown
    assert "This field is required." in shown
    assert 'aria-invalid="true"' in shown
    assert 'id="id_note_error"' in shown
    assert 'data-remaining="id_note"' in shown


# Rules over all templates, styles and scripts of the interface


def own_templates() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("path", own_templates(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_template_parses_and_has_no_inline_style_or_script(path: Path) -> None:
    source = path.read_text()

    get_template(str(path.relative_to(TEMPLATES)))
    assert not re.search(r"<[a-z][^>%]*\sstyle=|<style", source)
    assert "hx-on" not in source
    assert "javascript:" not in source


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("400.html", "That could not be read"),
        ("403.html", "Your roles do not include this."),
        ("403_csrf.html", "Nothing was changed."),
        ("404.html", "There is no such page, or it is not meant for you."),
        ("500.html", "Something broke"),
    ],
)
def test_pages_of_refusal_need_no_context(name: str, words: str) -> None:
    engine = engines["django"].engine  # type: ignore[attr-defined]

    assert words in engine.get_template(name).render(Context({}))


def test_the_frame_shows_the_way_around() -> None:
    item = SimpleNamespace(
        url="/queue/", icon="inbox", label="Review queue", count=1177, current=True, group="", phone=True, short="Queue"
    )
    person = SimpleNamespace(name="Amal Okafor", initials="AO", organisation="Harbourline Chat", settings_url="")

    page = text_of(render_to_string("base.html", {"nav": [item], "person": person, "pace": None}))

    assert page.count('aria-current="page"') == 2
    assert "1,000+" in page
    assert "Harbourline Chat" in page


def test_every_script_hook_in_a_template_is_known_to_the_script() -> None:
    script = (STATIC / "js" / "lantern.js").read_text()
    hooks = {"data-row", "data-key", "data-dialog", "data-cover", "data-close", "data-copy", "data-theme-set"}
    hooks |= {"data-keys-toggle", "data-hold", "data-until", "data-remaining", "data-sheet"}

    used = {hook for hook in hooks for path in own_templates() if hook in path.read_text()}

    assert used == hooks
    assert all(hook in script for hook in hooks)


def test_what_the_script_says_is_translated_on_the_page() -> None:
    page = Template("{% load interface %}{% script_words as words %}{{ words|json_script:'words' }}").render(
        Context({})
    )

    assert "Copied" in page
    assert page.startswith('<script id="words" type="application/json">')


@pytest.mark.parametrize("name", ["base.css", "components.css", "charts.css", "public.css", "print.css"])
def test_colours_live_in_the_tokens_only(name: str) -> None:
    sheet = (STATIC / "css" / name).read_text()

    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", sheet)
