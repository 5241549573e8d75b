"""A small world in which everything that an address can name belongs to Pixelpond (“own”). Built once, only read.

Kestrel (“other”) shares a community with it, Farshore (“outside”) does not. Each request happens in a transaction that
is rolled back; in it the organisation of the one who asks is put into the standing that the cell is about.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import date, datetime, timedelta
from http.cookies import SimpleCookie
from string import ascii_lowercase
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.template.backends.django import Template
from django.test import Client

from lantern_site import clock, public_ids
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.members.lifecycle import KeyScope, MemberState, Suspension
from lantern_site.members.models import Community, Membership, Organisation, SignalsRule, Staff
from lantern_site.members.roles import MEMBER_ROLES, PROGRAMME_ROLES, SECOND_FACTOR_REQUIRED, Role
from lantern_site.members.services import keys, standing
from reviews.models import Dispute, Finding, InboxNotice, Recall
from reviews.services import claims, decisions, disputes, findings, hearings, holds, inbox, recalls, redress
from reviews.services.decisions import Judgement
from reviews.services.findings import Found
from reviews.services.recalls import Answer
from reviews.workflow import (
    Action,
    Attribution,
    HoldReason,
    LooksWrong,
    Outcome,
    Reason,
    RecallAnswer,
    ReportCorrected,
    Result,
    Scope,
    Side,
    Verdict,
)
from signals import candidates
from signals.intake import Item
from signals.kinds import HarmTerm, Kind
from signals.models import Lead, MatchJob, Signal
from signals.purposes import Purpose, Surface
from signals.services import corrections, drafts, filters, jobs, sharing
from signals.services.jobs import Plan, watching
from tests import builders
from tests.builders import NOW, statement
from tests.matrix import paperwork
from tests.matrix.addresses import address
from tests.matrix.notation import NO_ROLE, NOBODY, Place
from tests.reviews import looks, parties
from tests.signals import importing
from tests.transparency import editions, ledger
from transparency import services as transparency
from transparency.models import Restatement

HOUSES = ("own", "other", "outside")
STANDINGS: Mapping[str, Mapping[str, object]] = {
    "": {},
    "suspended": {"suspended": Suspension.ALL, "suspended_at": NOW},
    "may not receive": {"suspended": Suspension.RECEIVE, "suspended_at": NOW},
    "left": {"state": MemberState.LEFT},
}
JSON = "application/json"
TAKE_FILES = ("/imports/", "/api/v1/imports")
UNKNOWN = 0x2_AAAA_AAAA_AAAA
"""An id that nothing has."""


def ago(**passed: float) -> datetime:
    return NOW - timedelta(**passed)


class World:
    """`ids` has the public id of each thing by its name, `values` the plain value of signals."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.values: dict[str, str] = {}
        self.houses = {
            "own": builders.member("Pixelpond"),
            "other": builders.member("Kestrel"),
            "outside": builders.member("Farshore"),
            "programme": builders.programme(),
        }
        self.own, self.other = self.houses["own"], self.houses["other"]
        self.circle = Community.objects.create(name="Circle of the north")
        for member in (self.own, self.other):
            Membership.objects.create(community=self.circle, organisation=member, joined_at=ago(days=400))
        closed = Community.objects.create(name="Closed circle", open_to_later_members=False)
        self.ids |= {"circle": self.circle.public_id, "closed circle": closed.public_id}
        self.ids |= {house: of.public_id for house, of in self.houses.items()}
        self.people: dict[tuple[str, str], Staff] = {}
        self.clients: dict[object, Client] = {}
        self._invite()
        self._standings()
        self._signals()
        self._disputes()
        self._recalls()
        self._jobs()
        self._report()
        self._paperwork()
        self.ids |= looks.laid_out(self.own, self.actor("own", Role.REVIEWER), self.actor("own", Role.MEMBER_ADMIN))

    # Things

    def _invite(self) -> None:
        for house in HOUSES:
            for role in sorted(MEMBER_ROLES):
                self._person(house, role.value, role)
            self._person(house, NO_ROLE)
        for role in sorted(PROGRAMME_ROLES):
            self._person("programme", role.value, role)
        for house in ("own", "other"):
            self._person(house, "colleague", Role.SUBMITTER, Role.REVIEWER, Role.ANALYST)
        self.texts: dict[tuple[str, str], str] = {}
        for house in HOUSES:
            for scope in KeyScope:
                key, text = self._key(house, scope)
                self.texts[house, scope.value] = text
        key, _text = self._key("own", KeyScope.READ)
        self.ids |= {"key": key.public_id, "organisation": self.own.public_id}
        self.ids["colleague"] = self.people["own", "colleague"].public_id

    def _standings(self) -> None:
        """Members that only stewards deal with."""
        self.ids["suspended"] = builders.suspend(builders.member("Stillwater")).public_id
        steward = self.actor("programme", Role.STEWARD)
        for name, member in (("leaving", builders.member("Gonebay")), ("left", builders.member("Oldport"))):
            self.ids[name] = member.public_id
            standing.give_notice(
                organisation_id=member.public_id,
                rule=SignalsRule.WITHDRAW,
                leaves_on=NOW.date(),
                actor=steward,
                now=NOW,
            )
        standing.part(organisation_id=self.ids["left"], actor=steward, now=NOW)

    def _key(self, house: str, scope: KeyScope) -> tuple[Any, str]:
        actor = self.actor(house, Role.MEMBER_ADMIN)
        return keys.issue(
            label=f"Machine {scope.value}", scopes=[scope], networks=[], days=365, actor=actor, now=ago(days=2)
        )

    def _person(self, house: str, who: str, *held: Role) -> None:
        person = builders.person(self.houses[house], *held)
        self.people[house, who] = person
        if SECOND_FACTOR_REQUIRED & set(held):
            TOTP.activate(person, generate_totp_secret())

    def actor(self, house: str, who: str) -> Actor:
        return self.people[house, who].actor(NOW, is_proven=True)

    def _submitted(self, name: str, house: str = "own", *, at: datetime = NOW, **says: Any) -> Signal:
        letter = ascii_lowercase[len(self.values)]  # each value has a mask of its own
        item = Item(Kind.EMAIL, f"quiet.harbour.{len(self.values)}@{letter}.example.org")
        (signal,) = sharing.submit(
            items=[item],
            statement=statement(**says),
            community_id=self.circle.public_id,
            actor=builders.actor(self.houses[house], Role.SUBMITTER),
            now=at,
        )
        self.ids[name], self.values[name] = signal.public_id, item.raw
        return signal

    def _active(self, name: str, house: str = "own", *, at: datetime = NOW, **says: Any) -> Signal:
        return builders.approved(self._submitted(name, house, at=at, **says), now=at)

    def _signals(self) -> None:
        self._submitted("waiting", inward_note="Only for colleagues.")
        claimed = self._submitted("claimed")
        claims.claim(signal_id=claimed.public_id, actor=self.actor("own", Role.REVIEWER), now=NOW)
        told = self.people["own", Role.REVIEWER.value]
        with acting_as(Actor.clock()):
            inbox.tell_of_hand_over(signal_id=claimed.public_id, to=told, now=NOW)
            self.ids["notice"] = InboxNotice.objects.get(staff=told).public_id
        self._active("shared", at=ago(days=3))
        self._active("to correct", at=ago(days=3))
        corrections.propose(
            signal_id=self.ids["to correct"],
            changes={"harm": HarmTerm.TOOLS, "no_authority_asked": True},
            actor=self.actor("own", "colleague"),
            now=NOW,
        )
        judgement = Judgement(Verdict.RETURN, outward="The clause does not fit.")
        returned = self._submitted("returned")
        decisions.decide(
            signal_id=returned.public_id,
            judgement=judgement,
            version=1,
            actor=builders.actor(self.own, Role.REVIEWER),
            now=NOW,
        )
        self._active("expiring", at=ago(days=360))
        self._active("unchecked", harm=HarmTerm.EXTORTION_FINANCIAL, at=ago(hours=2))
        held = self._active("held", at=ago(days=3))
        steward = builders.actor(self.houses["programme"], Role.STEWARD)
        holds.hold(signal_id=held.public_id, reason=HoldReason.UNCLEAR, actor=steward, now=ago(days=1))
        self._active("theirs", "other", at=ago(days=3))
        self._case()

    def _case(self) -> None:
        """Two hashes of one incident that wait for their first review, and a draft of something else."""
        signals = sharing.submit(
            items=[builders.file_hash(1), builders.file_hash(2)],
            statement=statement(),
            community_id=self.circle.public_id,
            actor=builders.actor(self.own, Role.SUBMITTER),
            now=NOW,
        )
        assert signals[0].incident is not None
        typed = {"values": ["quiet.harbour@example.org"]}
        author = self.actor("own", Role.SUBMITTER)
        draft = drafts.save(draft_id=None, kind=Kind.EMAIL, content=typed, actor=author, now=NOW)
        self.ids["draft"] = draft.public_id
        self.ids |= {"case": signals[0].incident.public_id, "of case": signals[0].public_id}
        kept = filters.save(
            name="Kept", words={"status": "held"}, is_shared=True, actor=self.actor("own", Role.SUBMITTER), now=NOW
        )
        self.ids["kept filter"] = kept.public_id

    def _disputes(self) -> None:
        self._dispute("dispute")
        self._hold(self._dispute("dispute on hold"))
        self._decide(self._dispute("dispute decided", reason=Reason.STALE))
        appealed = self._dispute("dispute appealed", reason=Reason.STALE)
        self._decide(appealed)
        party = self.actor("other", "colleague")
        disputes.appeal(dispute_id=appealed.public_id, text="Look again.", actor=party, now=ago(hours=1))
        outside = self.people["programme", Role.EXTERNAL_ADJUDICATOR].public_id
        given: dict[str, Any] = {"person_id": outside, "actor": builders.steward(), "now": ago(hours=1)}
        hearings.assign(dispute_id=appealed.public_id, **given)
        self.ids["adjudicator"] = self.people["programme", Role.ADJUDICATOR].public_id
        self._asked()

    def _asked(self) -> None:
        asked = self._dispute("dispute asked", reason=Reason.STALE)
        judge = builders.actor(self.houses["programme"], Role.ADJUDICATOR)
        for name in ("dispute of two", "dispute that stands"):
            self._of_two(name)
        stands = self.ids["dispute that stands"]
        hearings.stand(dispute_id=stands, text="We saw it.", actor=self.actor("other", "colleague"), now=ago(days=1))
        hearings.ask(dispute_id=asked.public_id, to=Side.OPENER, text="Since when?", actor=judge, now=ago(hours=1))

    def _dispute(self, name: str, *, reason: Reason = Reason.WRONG_PERSON) -> Dispute:
        signal = self._active(f"signal of {name}", at=ago(days=3))
        dispute = disputes.open(
            signal_id=signal.public_id,
            scope=Scope.SIGNAL,
            reason=reason,
            statement="The account belongs to somebody else.",
            opener_named=True,
            hold_asked=reason != Reason.STALE,
            actor=self.actor("other", "colleague"),
            now=ago(days=2),
        )
        self.ids[name] = dispute.public_id
        return dispute

    def _of_two(self, name: str) -> None:
        """A third member disputes what both own and other share."""
        named = self._active(f"signal of {name}", at=ago(days=3))
        (also,) = sharing.submit(
            items=[Item(Kind.EMAIL, self.values[f"signal of {name}"])],
            statement=statement(),
            community_id=self.circle.public_id,
            actor=builders.actor(self.other, Role.SUBMITTER),
            now=ago(days=3),
        )
        builders.approved(also, now=ago(days=3))
        third = builders.member("Thistle")
        joined = {"joined_at": ago(days=400)}
        Membership.objects.get_or_create(community=self.circle, organisation=third, defaults=joined)
        analyst = builders.actor(third, Role.ANALYST)
        self.ids[name] = parties.open_dispute(named, analyst, reason=Reason.CHILD, now=ago(days=2)).public_id

    def _hold(self, dispute: Dispute) -> None:
        second = builders.actor(self.other, Role.ANALYST)
        disputes.confirm_hold(dispute_id=dispute.public_id, actor=second, now=ago(days=1))

    def _decide(self, dispute: Dispute) -> None:
        judge = builders.actor(self.houses["programme"], Role.ADJUDICATOR)
        disputes.decide(
            dispute_id=dispute.public_id, result=Result.NOT_UPHELD, text="It fits.", actor=judge, now=ago(hours=5)
        )

    def _recalls(self) -> None:
        self._recall("recall")
        kept = Answer(RecallAnswer.KEPT, ReportCorrected.NONE_MADE, 2)
        recalls.acknowledge(
            recall_id=self._recall("recall kept").public_id,
            answer=kept,
            actor=self.actor("other", "colleague"),
            now=ago(hours=3),
        )

    def _recall(self, name: str) -> Recall:
        signal = self._active(f"signal of {name}", at=ago(days=3))
        builders.receipt(signal, self.other, now=ago(days=2))
        owner = builders.actor(self.own, Role.REVIEWER)
        decisions.withdraw(signal_id=signal.public_id, could_be_wrong=True, note="", actor=owner, now=ago(days=1))
        with acting_as(Actor.clock()):
            recall = Recall.objects.get(signal=signal)
        self.ids[name] = recall.public_id
        return recall

    def _jobs(self) -> None:
        done = self._job("job done", "nobody@example.org", self.values["theirs"])
        builders.run_job(done)
        with acting_as(Actor.clock()):
            self.ids["lead"] = Lead.objects.get(job=done).public_id
        again = self._job("job examined", self.values["theirs"])
        builders.run_job(again)
        with acting_as(Actor.clock()):
            examined = Lead.objects.get(job=again).public_id
        found = Found(Outcome.NO_VIOLATION, False, "2026-02", Attribution.NOT, LooksWrong.YES, "The age does not fit.")
        findings.record(lead_ids=[examined], found=found, actor=self.actor("own", "colleague"), now=NOW)
        self.ids["lead examined"] = examined
        with acting_as(Actor.clock()):
            self.ids["finding"] = Finding.objects.get(lead__public_id=examined).public_id
        self._violation("violation")
        finding = self._violation("violation given back")
        draft = redress.reinstate(finding_id=finding.public_id, actor=self.actor("own", "colleague"), now=NOW)
        assert draft is not None
        self.ids["redress"] = draft.public_id
        asks = self._job("job that asks", "somebody@example.org", "nobody@example.org", first_percent=50)
        builders.run_job(asks)
        self._watch_lists()
        self._job("job", "somebody@example.org")
        rows = importing.addresses(2, begin=900)
        self.ids["import"] = importing.checked(self.own, rows, actor=self.actor("own", "colleague")).public_id

    def _violation(self, name: str) -> Finding:
        """Own closed an account because of a signal of the other's."""
        self._active(f"signal of {name}", "other", at=ago(days=3))
        job = self._job(f"job of {name}", self.values[f"signal of {name}"])
        builders.run_job(job)
        with acting_as(Actor.clock()):
            lead = Lead.objects.get(job=job).public_id
        actions = (Action.ACCOUNT_ACTIONED,)
        found = Found(Outcome.VIOLATION, True, "2026-02", Attribution.DECISIVE, LooksWrong.NO, actions=actions)
        finding = findings.record(lead_ids=[lead], found=found, actor=self.actor("own", "colleague"), now=NOW)
        self.ids[name] = finding.public_id
        return finding

    def _watch_lists(self) -> None:
        actor = self.actor("own", "colleague")
        for name in ("watch list", "watch list paused"):
            rows = candidates.parse("somebody@example.org").candidates
            plan = Plan(f"Our {name}", Purpose.ACCOUNTS_UNDER_REVIEW, Surface.ACCOUNT_DATA)
            kept = watching.keep(plan=plan, candidates=rows, days=30, actor=actor, now=NOW)
            self.ids[name] = kept.job.public_id
        watching.pause(job_id=self.ids["watch list paused"], actor=actor, now=NOW)

    def _job(self, name: str, *lines: str, **planned: Any) -> MatchJob:
        parsed = candidates.parse("\n".join(lines))
        job = jobs.start(
            plan=Plan(f"Batch {name}", Purpose.ACCOUNTS_UNDER_REVIEW, Surface.ACCOUNT_DATA, **planned),
            candidates=parsed.candidates,
            actor=self.actor("own", "colleague"),
            now=NOW,
        )
        self.ids[name] = job.public_id
        return job

    def _report(self) -> None:
        editor = builders.actor(self.houses["programme"], Role.EDITOR)
        publisher = builders.actor(self.houses["programme"], Role.PUBLISHER)
        ledger.takes_part(self.own.public_id, ledger.day(-800))
        ledger.job(ledger.day(5), self.own.public_id, candidates=10, leads=1)
        made = {
            "edition": editions.published(editions.computed(editor, year=2025), publisher),
            "edition computed": editions.computed(editor, year=2024),
            "edition attested": editions.attested(editor, year=2023),
            "edition frozen": transparency.freeze(year=2023, actor=editor, now=NOW),
            "edition asked": editions.asked(editor, year=2025),
        }
        made["edition answered"] = editions.asked(editor, year=2024)
        editions.confirmed(made["edition answered"])
        approved = editions.computed(editor, year=2023)
        made["edition approved"] = transparency.approve(edition_id=approved.public_id, actor=publisher, now=NOW)
        self.ids |= {name: edition.public_id for name, edition in made.items()}
        restated = transparency.freeze(year=2025, actor=editor, now=NOW)
        Restatement.objects.create(edition=restated, metric="disputes_opened", changes=[])
        self.ids["edition restated"] = restated.public_id
        self.ids["checkpoint"] = builders.checkpoint(NOW).position
        entries = Entry.objects.filter(organisation=self.own.public_id)
        self.ids["entry"] = entries.order_by("-position").values_list("position", flat=True)[0]

    def _paperwork(self) -> None:
        steward, admin = self.people["programme", Role.STEWARD], self.actor("own", Role.MEMBER_ADMIN)
        self.ids["steward"] = steward.public_id
        self.ids |= paperwork.papers(self.own, steward)
        self.ids |= paperwork.people(self.own, self.people["own", "colleague"], admin)
        self.ids |= paperwork.registers(self.own, self.ids["shared"], self.actor("programme", Role.STEWARD))

    # Asking

    def address(self, route: str, thing: str) -> str:
        return address(route, self.ids[thing] if thing else None)

    def ask(
        self,
        method: str,
        url: str,
        who: str,
        place: Place,
        *,
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        is_proven: bool = True,
        is_trained: bool = True,
        is_drawn: bool = True,
    ) -> Any:
        """The answer, after which everything is as it was before. A page that is not drawn is only its status."""
        client = self._client(who, place.house, is_proven)
        with self._undone(), clock.at(NOW), nullcontext() if is_drawn else blank_pages():
            if who != NOBODY and place.standing:
                Organisation.objects.filter(pk=self.houses[place.house].pk).update(**STANDINGS[place.standing])
            if not is_trained:
                Staff.objects.filter(pk=self.people[place.house, who].pk).update(trained_until=date(2026, 3, 1))
            answer = self._send(client, method, url, body, headers or {})
            if answer.streaming:  # a file is read while it is sent: here, while the world is as it was asked about
                answer.streaming_content = [answer.getvalue()]
            return answer

    def _send(
        self, client: Client, method: str, url: str, body: Mapping[str, object] | None, headers: Mapping[str, str]
    ) -> Any:
        known = {name: morsel.value for name, morsel in client.cookies.items()}
        try:
            if method == "POST" and url in TAKE_FILES:
                return client.post(url, self._with_file(body or {}), headers=headers)
            if url.startswith("/api/"):
                content = json.dumps(self._filled(body or {}))
                return client.generic(method, url, content, content_type=JSON, headers=headers)
            if method == "POST":
                form = {"csrfmiddlewaretoken": "sent by every form", **self._filled(body or {})}
                return client.post(url, form, headers=headers)
            return client.generic(method, url, headers=headers)
        finally:
            client.cookies = SimpleCookie(known)

    def _with_file(self, body: Mapping[str, object]) -> Mapping[str, object]:
        return {name: SimpleUploadedFile("rows.csv", str(text).encode()) for name, text in body.items()}

    def _filled(self, body: Any) -> Any:
        """The body with ids in place of names of things: {circle} as a number, {LN circle} as people read it."""
        if isinstance(body, Mapping):
            return {name: self._filled(each) for name, each in body.items()}
        if isinstance(body, list | tuple):
            return [self._filled(each) for each in body]
        if not isinstance(body, str):
            return body
        shown = re.sub(r"\{LN (.+)\}", lambda match: public_ids.shown(self.ids[match[1]]), body)
        return re.sub(r"\{(.+)\}", lambda match: str(self.ids[match[1]]), shown)

    @contextmanager
    def _undone(self) -> Iterator[None]:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    def _client(self, who: str, house: str, is_proven: bool) -> Client:
        """The browser of a person, or the machine with a key of this scope; kept, because signing in takes long."""
        known = (who, house, is_proven)
        if known not in self.clients:
            self.clients[known] = self._new_client(who, house, is_proven)
        return self.clients[known]

    def _new_client(self, who: str, house: str, is_proven: bool) -> Client:
        headers = {"Accept-Language": "en"}
        if (house, who) in self.texts:
            return Client(headers=headers | {"Authorization": f"Bearer {self.texts[house, who]}"})
        client = Client(headers=headers)
        if who != NOBODY:
            with clock.at(NOW if is_proven else NOW - timedelta(minutes=31)):
                builders.sign_in(client, self.people[house, who])
        return client


@contextmanager
def blank_pages() -> Iterator[None]:
    """Drawing a page takes most of a request's time and decides nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "render", lambda *_given, **_named: "")
        yield
