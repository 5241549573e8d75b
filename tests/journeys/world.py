"""A small world with something on every page: all states, all lists, long words. Built once for a module of tests."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from lantern_site import public_ids
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.lifecycle import KeyScope, MemberKind, MemberState, Revocation
from lantern_site.members.models import Attestation, Invitation, Organisation, SignalsRule, Staff
from lantern_site.members.networks import read
from lantern_site.members.registers import Party, Ruling
from lantern_site.members.roles import MEMBER_ROLES, PROGRAMME_ROLES, SECOND_FACTOR_REQUIRED, Role
from lantern_site.members.services import communities, grants, keys, staff, standing, training
from lantern_site.members.services.communities import Outline
from lantern_site.members.services.registers import attestations, dialogue, incidents, subject_requests
from reviews.models import Dispute, Recall
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
from signals.kinds import AccountHolder, AiIndication, Behaviour, HarmTerm, Kind
from signals.models import Lead, MatchJob, Signal
from signals.purposes import Purpose, Surface
from signals.services import corrections, drafts, filters, jobs, reading, sharing
from signals.services.jobs import Plan, watching
from tests import builders
from tests.builders import statement
from tests.members import cases
from tests.reviews import looks
from tests.signals import importing
from tests.transparency import editions, ledger
from transparency import services as transparency
from transparency.statements import Section

PICTURE = sha256(b"a synthetic picture").hexdigest()
LIKE_IT = f"{int(PICTURE, 16) ^ 0xFFF:064x}"
"""The same hash with twelve bits turned over."""
NOTE = (
    "Part of a series of new accounts that move every contact to another service within a day. "
    "https://an-address-that-is-long-and-has-no-space-in-it.example.org/with/a/path/that/goes/on/and/on"
)


class World:
    """`people` by what they are, `ids` of things by name, as addresses write them."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.pixelpond = builders.member("Pixelpond")
        self.kestrel = builders.member("Kestrel Games and Communities International")
        self.brightbay = builders.member("Brightbay")
        self.people: dict[str, Staff] = {}
        self.ids: dict[str, str] = {}
        self.years = {"year": now.year - 1, "earlier": now.year - 2}
        self._invite()
        self._people()
        self._last_year()
        self._queue()
        self._shared()
        self._corrections()
        self._filters()
        self._jobs()
        self._imports()
        self._disputes()
        self._recalls()
        self._quality()
        self._way_in()
        self._standing()
        self._machines()
        self._registers()
        self._report()
        inbox.gather(now=now)

    def address(self, pattern: str) -> str:
        return pattern.format(**self.ids, **self.years)

    def actor(self, who: str) -> Actor:
        return self.people[who].actor(self.now, is_proven=True)

    def ago(self, **passed: float) -> datetime:
        return self.now - timedelta(**passed)

    def _name(self, name: str, thing: Signal | Dispute | Recall | MatchJob | Lead | Any) -> None:
        self.ids[name] = public_ids.shown(thing.public_id)

    def _invite(self) -> None:
        duties = (Role.SUBMITTER, Role.REVIEWER, Role.ANALYST)
        self._person("moderator", self.pixelpond, *duties, name="Ada Featherstonehaugh-Cholmondeley")
        self._person("colleague", self.pixelpond, *duties, name="Ben Okafor")
        self._person("other", self.kestrel, *duties)
        for role in sorted(MEMBER_ROLES):
            self._person(role, self.pixelpond, role)
        for role in sorted(PROGRAMME_ROLES):
            self._person(role, builders.programme(), role)
        self.ids["pixelpond"] = public_ids.shown(self.pixelpond.public_id)
        self.ids["kestrel"] = public_ids.shown(self.kestrel.public_id)

    def _imports(self) -> None:
        """One that waits for somebody to choose, with every verdict; one that was submitted; one being checked."""
        every: dict[str, Any] = {"actor": self.actor("moderator"), "now": self.now}
        rows = importing.addresses(60, begin=4_000) + importing.addresses(1, begin=4_000).split(b"\r\n", 1)[1]
        rows += b"keyword,purple lantern parade,case of the parade\nemail,nonsense," + b"reference " * 15 + b"\n"
        waiting = importing.hand_in(self.pixelpond, rows, label="Spring sweep of closed accounts", **every)
        done = importing.run(importing.hand_in(self.pixelpond, importing.addresses(3, begin=4_200), **every), self.now)
        importing.submit(done, **every)
        importing.run(done, self.now)
        self._name("import", importing.run(waiting, self.now))
        self._name("imported", done)
        self._name("unchecked", importing.hand_in(self.pixelpond, importing.addresses(5, begin=4_300), **every))

    def _machines(self) -> None:
        """A key in use, one that retires, one that leaked and was tried from elsewhere, and what each has read."""
        admin = builders.actor(self.pixelpond, Role.MEMBER_ADMIN)
        office, cloud, stranger = read("203.0.113.7"), read("2001:db8:7::1"), read("198.51.100.9")
        every: dict[str, Any] = {"scopes": tuple(KeyScope), "actor": admin}
        matcher, _text = keys.issue(label="Hash matcher", days=365, now=self.ago(days=300), **every)
        keys.rotate(key_id=matcher.public_id, days=90, overlap_days=14, networks=[], now=self.ago(days=3), **every)
        networks = [f"203.0.{number}.0/24" for number in range(113, 118)] + ["2001:db8:7::/48"]
        reader, text = keys.issue(
            label="Feed reader of the moderation service", days=90, networks=networks, now=self.ago(days=9), **every
        )
        for used, address, days in ((matcher, office, 2.0), (reader, office, 1.0), (reader, cloud, 0.5)):
            keys.note_use(used, address=address, now=self.ago(days=days))
        keys.verify(text=text, address=stranger, now=self.ago(hours=3))
        reading.read_feed(after=0, limit=40, actor=reader.actor(), now=self.ago(hours=2))
        leaked, _text = keys.issue(label="Laptop of an intern", days=30, now=self.ago(days=20), **every)
        reading.read_feed(after=0, limit=3, actor=leaked.actor(), now=self.ago(days=1))
        keys.revoke(key_id=leaked.public_id, reason=Revocation.LEAKED, actor=admin, now=self.ago(hours=1))
        for name, key in (("matcher", matcher), ("reader", reader), ("leaked", leaked)):
            self._name(name, key)

    def _person(self, who: str, of: Organisation, *held: Role, name: str = "") -> None:
        self.people[who] = builders.person(of, *held, name=name)
        if SECOND_FACTOR_REQUIRED & set(held):
            TOTP.activate(self.people[who], generate_totp_secret())

    def _people(self) -> None:
        """Somebody at every point of a stay: invited, untrained, unconfirmed, with a role for a time, gone."""
        admin, ours, today = self.actor(Role.MEMBER_ADMIN), self.pixelpond, self.now.date()
        address = "a.very.long.address.of.somebody@example.org"
        invitation = builders.invited(ours, Role.REVIEWER, email=address, by=admin, now=self.now)
        self.ids["token"] = "a-token-of-this-world"
        with acting_as(Actor.clock()):
            hashed = sha256(self.ids["token"].encode()).digest()
            Invitation.objects.filter(pk=invitation.pk).update(token_hash=hashed, sent_at=self.now)
        self._person("with a key", ours, Role.ANALYST)
        RecoveryCodes.activate(self.people["with a key"])
        self.ids["key"] = str(builders.security_key(self.people["with a key"]).pk)
        self._name("keyed", self.people["with a key"])
        self._person("without a factor", ours, Role.ANALYST)
        late = self._stayed("late", "Cleo Unconfirmed", days=370)
        until, held_on = today + timedelta(days=20), today - timedelta(days=5)
        grants.grant(staff_id=late.public_id, role=Role.REVIEWER, until=until, actor=admin, now=self.now)
        training.record_training(
            staff_id=late.public_id,
            course="Yearly training",
            held_on=held_on,
            valid_until=None,
            note="Certificate 17",
            actor=admin,
            now=self.now,
        )
        resting = self._stayed("resting", "Dora Resting", days=400)
        Staff.objects.filter(pk=resting.pk).update(trained_until=held_on)
        gone = self._stayed("gone", "Emil Gone", days=10)
        staff.deactivate(staff_id=gone.public_id, actor=admin, now=self.now)

    def _stayed(self, who: str, name: str, days: int) -> Staff:
        """Somebody whose access was confirmed some days ago."""
        self._person(who, self.pixelpond, Role.ANALYST, name=name)
        person = self.people[who]
        person.access_confirmed_on = self.now.date() - timedelta(days=days)
        person.save(update_fields=["access_confirmed_on"])
        self._name(who, person)
        return person

    def _last_year(self) -> None:
        """Something for a report to count."""
        then = datetime(self.now.year - 1, 6, 1, 10, tzinfo=UTC)
        for number in range(4):
            for member in (self.pixelpond, self.kestrel, self.brightbay):
                builders.active(member, builders.fresh_email(), now=then + timedelta(days=number))
            wrong = builders.active(self.kestrel, builders.file_hash(number), now=then)
            owner = builders.actor(self.kestrel, Role.REVIEWER, now=then)
            decisions.withdraw(signal_id=wrong.public_id, could_be_wrong=True, note="", actor=owner, now=then)

    def _queue(self) -> None:
        critical = statement(harm=HarmTerm.EXTORTION_FINANCIAL, behaviours=(Behaviour.THREATENS, Behaviour.ASKS_MONEY))
        ours = self.pixelpond
        known = builders.fresh_email()
        builders.active(self.kestrel, known, now=self.ago(days=9))
        self._name("waiting", builders.submitted(ours, known, says=critical, now=self.ago(hours=7)))
        danger = statement(danger=True, authority_informed="National hotline, ten minutes ago", inward_note=NOTE)
        self._name("danger", builders.submitted(ours, says=danger, now=self.ago(minutes=20)))
        self._name("mine", mine := builders.submitted(ours, Item(Kind.PDQ, PICTURE, quality=88), now=self.ago(hours=3)))
        username = Item(Kind.USERNAME, "quiet_harbour_pilot", service="pixelpond")
        self._name("parked", parked := builders.submitted(ours, username, now=self.ago(hours=2)))
        url = Item(Kind.URL, "https://rooms.example.com/a/very/long/path/to/a/room?number=4711")
        self._name("theirs_to_do", held := builders.submitted(ours, url, now=self.ago(hours=1)))
        for _ in range(3):
            builders.submitted(ours, now=self.ago(minutes=50))
        for signal, who in ((mine, "moderator"), (parked, "moderator"), (held, "colleague")):
            claims.claim(signal_id=signal.public_id, actor=self.actor(who), now=self.ago(minutes=5))
        claims.park(signal_id=parked.public_id, note="Waits for legal", actor=self.actor("moderator"), now=self.now)
        self._judge("returned", Verdict.RETURN)
        self._judge("rejected", Verdict.REJECT)
        phrase = Item(Kind.KEYWORD, "lantern at the northern jetty")
        keyword = builders.submitted(ours, phrase, says=statement(meaning="A meeting place."), now=self.ago(hours=5))
        builders.approve(keyword, builders.actor(ours, Role.REVIEWER), now=self.ago(hours=4))
        self._name("keyword", keyword)
        self._name("provisional", builders.active(ours, says=critical, now=self.ago(hours=2)))
        case = [*(builders.file_hash(number) for number in range(80, 86)), Item(Kind.KEYWORD, "northernjetty")]
        waiting = builders.submit_all(ours, case, says=statement(outward_note=NOTE), now=self.ago(minutes=40))
        assert waiting[0].incident is not None
        self._name("case", waiting[0].incident)
        self._name("of_case", waiting[0])
        for values in ("quiet.harbour@example.org\nsecond.pilot@example.org", ""):
            self._draft(values)

    def _draft(self, values: str) -> None:
        content = {"values": [values], "harm": ["grooming"], "clause": ["Child safety 3.2"], "owner_named": ["on"]}
        actor = self.actor("moderator")
        draft = drafts.save(draft_id=None, kind=Kind.EMAIL, content=content, actor=actor, now=self.ago(minutes=9))
        self._name("typed", draft)

    def _judge(self, name: str, verdict: Verdict) -> None:
        signal = builders.submitted(self.pixelpond, now=self.ago(hours=8))
        judgement = Judgement(verdict, outward="The clause does not fit what was seen.", inward="Asked the team.")
        actor = builders.actor(self.pixelpond, Role.REVIEWER)
        decisions.decide(signal_id=signal.public_id, judgement=judgement, version=1, actor=actor, now=self.now)
        self._name(name, signal)

    def _shared(self) -> None:
        at, says = self.ago(days=6), statement(outward_note=NOTE, behaviours=tuple(Behaviour))
        value = builders.fresh_email()
        self._name("ours", ours := builders.active(self.pixelpond, value, says=says, now=at))
        builders.active(self.kestrel, value, now=self.ago(days=5))
        for member in (self.kestrel, self.brightbay):
            builders.receipt(ours, member, now=self.ago(days=4))
        made = statement(harm=HarmTerm.CSAM_UNVERIFIED, ai=AiIndication.ESTABLISHED, outward_note=NOTE)
        self.picture = builders.active(self.kestrel, Item(Kind.PDQ, PICTURE, quality=93), says=made, now=at)
        self._name("theirs", self.picture)
        child = statement(account_holder=AccountHolder.POSSIBLY_CHILD, owner_named=False)
        self.child = builders.active(self.kestrel, Item(Kind.EMAIL, "some.body@gmail.com"), says=child, now=at)
        self._name("child", self.child)
        hashes = [builders.file_hash(number) for number in range(70, 73)]
        case = builders.submit_all(self.pixelpond, hashes, says=statement(harm=HarmTerm.CSAM_VERIFIED), now=at)
        self._name("incident", builders.approved(case[0], now=at))
        steward = self.actor(Role.STEWARD)
        paused = builders.active(self.kestrel, now=at)
        holds.hold(signal_id=paused.public_id, reason=HoldReason.UNCLEAR, actor=steward, now=self.ago(days=1))
        self._name("held", paused)

    def _corrections(self) -> None:
        """One that waits for its review, and a signal whose value was wrong and has yet to be replaced."""
        says = statement(outward_note="Shares links.", behaviours=(Behaviour.MOVES,))
        self._name("to_correct", signal := builders.active(self.pixelpond, says=says, now=self.ago(days=5)))
        colleague = builders.actor(self.pixelpond, Role.SUBMITTER)
        changes = {"harm": HarmTerm.EXTORTION_OTHER, "outward_note": NOTE, "no_authority_asked": True}
        corrections.propose(signal_id=signal.public_id, changes=changes, actor=colleague, now=self.ago(hours=1))
        self._name("wrong_value", wrong := builders.active(self.pixelpond, says=says, now=self.ago(days=5)))
        owner = builders.actor(self.pixelpond, Role.REVIEWER)
        decisions.withdraw(signal_id=wrong.public_id, could_be_wrong=True, note="", actor=owner, now=self.ago(hours=1))

    def _filters(self) -> None:
        for name, words, is_shared in (("Held", {"status": "held"}, False), ("Images", {"kind": "pdq"}, True)):
            actor = self.actor("moderator")
            filters.save(name=name, words=words, is_shared=is_shared, actor=actor, now=self.now)

    def _jobs(self) -> None:
        lines = f"s.omebody@gmail.com\tcase 7\npdq:{LIKE_IT}\npdq:{PICTURE}\nnobody@example.org\nno such value:"
        done = self._job("Accounts that people reported this week, all languages", lines)
        builders.run_job(done, now=self.ago(hours=1))
        self._name("job", done)
        self._name("queued", self._job("Queued", "somebody@example.org"))
        stopped = self._job("Stopped", "somebody@example.org")
        jobs.cancel(job_id=stopped.public_id, actor=self.actor("moderator"), now=self.now)
        with acting_as(Actor.clock()):
            hits = {lead.match: lead for lead in Lead.objects.order_by("-pk")}
        self._more_jobs()
        self._name("near", hits[Lead.Match.NEAR])
        self._name("alias", hits[Lead.Match.ALIAS])
        self._name("examined", exact := hits[Lead.Match.EXACT])
        actions = (Action.ACCOUNT_ACTIONED,)
        found = Found(Outcome.VIOLATION, True, "2026-02", Attribution.PARTLY, LooksWrong.CANNOT_TELL, actions=actions)
        who = self.actor("moderator")
        finding = findings.record(lead_ids=[exact.public_id], found=found, actor=who, now=self.now)
        self._name("redress", redress.reinstate(finding_id=finding.public_id, actor=who, now=self.now))

    def _more_jobs(self) -> None:
        """One that asks whether to go on, one that only counts, and two lists that are kept."""
        asking = self._job("Every tenth upload first", "\n".join(["nobody@example.org"] * 10), first_percent=10)
        shadow = self._job("How much would it be", "\n".join([f"pdq:{LIKE_IT}"] * 100), is_shadow=True)
        for name, job in (("asking", asking), ("shadow", shadow)):
            self._name(name, builders.run_job(job, now=self.ago(hours=1)))
        plan = Plan("Accounts that we closed", Purpose.ACCOUNTS_UNDER_REVIEW, Surface.ACCOUNT_DATA)
        for _number in range(2):
            rows = candidates.parse("somebody@example.org").candidates
            kept = watching.keep(
                plan=plan, candidates=rows, days=30, actor=self.actor("moderator"), now=self.ago(hours=1)
            )
        watching.pause(job_id=kept.job.public_id, actor=self.actor("moderator"), now=self.now)

    def _job(self, label: str, lines: str, **planned: Any) -> MatchJob:
        parsed = candidates.parse(lines)
        return jobs.start(
            plan=Plan(label, Purpose.ACCOUNTS_UNDER_REVIEW, Surface.ACCOUNT_DATA, **planned),
            candidates=[*parsed.candidates, *parsed.refused],
            actor=self.actor("moderator"),
            now=self.ago(hours=2),
        )

    def _disputes(self) -> None:
        """One to answer whose hold waits, one that is held and answered, one decided, one on appeal, one of ours."""
        self._name("dispute", self._dispute(self.pixelpond, "other", hold_asked=True))
        answered = self._dispute(self.pixelpond, "other", hold_asked=True)
        second = builders.actor(self.kestrel, Role.ANALYST)
        disputes.confirm_hold(dispute_id=answered.public_id, actor=second, now=self.ago(days=1))
        self._answer(answered)
        self._name("answered", answered)
        for name in ("decided", "appealed"):
            dispute = self._dispute(self.pixelpond, "other", reason=Reason.STALE)
            self._answer(dispute)
            judge = self.actor(Role.ADJUDICATOR)
            disputes.decide(
                dispute_id=dispute.public_id, result=Result.NOT_UPHELD, text=NOTE, actor=judge, now=self.ago(hours=5)
            )
            self._name(name, dispute)
        disputes.appeal(dispute_id=dispute.public_id, text=NOTE, actor=self.actor("other"), now=self.ago(hours=2))
        outside = self.actor(Role.EXTERNAL_ADJUDICATOR).id
        hearings.assign(
            dispute_id=dispute.public_id, person_id=outside, actor=self.actor(Role.STEWARD), now=self.ago(hours=1)
        )
        asked = self._dispute(self.pixelpond, "other", reason=Reason.STALE)
        self._name("questioned", asked)
        hearings.ask(dispute_id=asked.public_id, to=Side.OPENER, text=NOTE, actor=judge, now=self.ago(hours=1))
        self._name("opened", self._dispute(self.kestrel, "moderator", opener_named=False))

    def _dispute(self, owner: Organisation, opener: str, **changes: Any) -> Dispute:
        signal = builders.active(owner, now=self.ago(days=3))
        given: dict[str, Any] = {"scope": Scope.SIGNAL, "reason": Reason.WRONG_PERSON, "statement": NOTE}
        given |= {"opener_named": True, "hold_asked": False, "actor": self.actor(opener), "now": self.ago(days=2)}
        return disputes.open(signal_id=signal.public_id, **(given | changes))

    def _answer(self, dispute: Dispute) -> None:
        owner = self.actor("colleague")
        disputes.answer(dispute_id=dispute.public_id, text=NOTE, actor=owner, now=self.ago(hours=9))

    def _recalls(self) -> None:
        """One of ours that somebody is late with, and two of another member: one waits, one was answered."""
        self._name("sent", self._recall(self.pixelpond, self.kestrel, self.brightbay, at=self.ago(days=5)))
        self._name("recall", self._recall(self.kestrel, self.pixelpond, at=self.ago(hours=30)))
        answered = self._recall(self.kestrel, self.pixelpond, at=self.ago(days=2))
        kept = Answer(RecallAnswer.KEPT, ReportCorrected.NONE_MADE, 2)
        recalls.acknowledge(
            recall_id=answered.public_id, answer=kept, actor=self.actor("colleague"), now=self.ago(days=1)
        )
        self._name("kept", answered)

    def _recall(self, owner: Organisation, *received: Organisation, at: datetime) -> Recall:
        signal = builders.active(owner, now=self.ago(days=9))
        for member in received:
            builders.receipt(signal, member, now=self.ago(days=8))
        actor = builders.actor(owner, Role.REVIEWER)
        decisions.withdraw(signal_id=signal.public_id, could_be_wrong=True, note="", actor=actor, now=at)
        with acting_as(Actor.clock()):
            return Recall.objects.get(signal=signal)

    def _quality(self) -> None:
        """A second look that the moderator has begun, one to talk about, and a case to practise on."""
        made = looks.laid_out(self.pixelpond, self.actor("moderator"), self.actor(Role.MEMBER_ADMIN))
        self.ids |= {name.replace(" ", "_"): public_ids.shown(number) for name, number in made.items()}

    def _way_in(self) -> None:
        """An applicant that waits, and one in its onboarding whom nobody of it has joined yet."""
        waiting, self.ids["secret"] = builders.application("Saltmarsh Social", now=self.ago(days=4))
        self._name("application", waiting)
        self._name("coming", builders.on_the_way(MemberState.ONBOARDING, "Reedbank", now=self.now))

    def _standing(self) -> None:
        """A member that is suspended, one that leaves, and communities by hand and by rule."""
        steward = self.actor(Role.STEWARD)
        for name, rule in (("suspended", None), ("leaving", SignalsRule.WITHDRAW)):
            self._name(name, member := builders.member(f"Member that is {name}"))
            if rule is None:
                builders.suspend(member)
                continue
            leaves_on = (self.now + timedelta(days=30)).date()
            asked: dict[str, Any] = {"organisation_id": member.public_id, "actor": steward, "now": self.now}
            standing.give_notice(rule=rule, leaves_on=leaves_on, **asked)
        everyone = builders.everyone()
        circle = communities.found(
            outline=Outline("Games with a chat", NOTE), open_to_later_members=True, actor=steward, now=self.now
        )
        for member in (self.pixelpond, self.kestrel):
            communities.add(
                community_id=circle.public_id, organisation_id=member.public_id, actor=steward, now=self.now
            )
        banks = Outline("Banks", by_rule=True, kinds=(MemberKind.FINANCIAL,), regions=("europe",))
        communities.found(outline=banks, open_to_later_members=False, actor=steward, now=self.now)
        self._name("everyone", everyone)
        self._name("circle", circle)

    def _registers(self) -> None:
        """Something in every register, open and done."""
        steward, admin, now = self.actor(Role.STEWARD), self.actor(Role.MEMBER_ADMIN), self.now
        attestations.ask(now=now)
        attestations.note_overdue(now=now)
        with acting_as(Actor.clock()):
            self._name("attestation", Attestation.objects.of(self.pixelpond.pk).latest("starts_on"))
        self._name("authority", cases.government_request(received_on=self.ago(days=9).date(), now=now))
        self._name("person", person := cases.subject_request(received_on=self.ago(days=8).date(), now=now))
        self._name("answered_person", answered := cases.subject_request(received_on=self.ago(days=20).date(), now=now))
        for case, found in ((person, [self.picture.public_id, self.child.public_id]), (answered, [])):
            subject_requests.note_search(case_id=case.public_id, kind="email", signals=found, actor=steward, now=now)
        subject_requests.decide(
            case_id=answered.public_id, ruling=Ruling.NOTHING_HELD, reason=NOTE, letter=NOTE, actor=steward, now=now
        )
        leak = cases.incident(self.pixelpond, self.kestrel, detected_at=self.ago(hours=30), now=now)
        incidents.inform(incident_id=leak.public_id, notice=NOTE, actor=steward, now=now)
        self._name("leak", leak)
        self._name("assessment", cases.published_assessment("Publish how long recalls take.", NOTE, now=now))
        self._name("assessment_draft", cases.described(cases.assessment(now=now), summary_en=NOTE, now=now))
        for is_public in (True, False):
            dialogue.note_meeting(
                held_on=self.ago(days=3).date(),
                parties=list(Party),
                subject="How wrong signals are corrected",
                note=NOTE,
                is_public=is_public,
                actor=steward,
                now=now,
            )
        self._name("advice", cases.advice(text=NOTE, now=now).advice)
        read = cases.advice("Sharing profile names", now=now).advice
        dialogue.confirm(advice_id=read.public_id, version=1, actor=admin, now=now)

    def _report(self) -> None:
        """Last year's report is published, the one before is a draft; members are asked about the next edition."""
        editor, publisher = self.actor(Role.EDITOR), self.actor(Role.PUBLISHER)
        last, before = self.now.year - 1, self.ago(hours=1)
        for member in (self.pixelpond, self.kestrel):
            ledger.takes_part(member.public_id, self.ago(days=1200))
            for day in range(1, 8):
                found = datetime(last, 5, day, 9, tzinfo=UTC)
                ledger.finding(found, member.public_id, actions=["account_actioned"], hits=day)
        ledger.signal(datetime(last, 6, 1, 9, tzinfo=UTC), self.pixelpond.public_id)
        self._name(
            "edition", editions.published(editions.computed(editor, year=last, now=before), publisher, now=self.now)
        )
        self._name("draft", editions.computed(editor, year=last - 1, now=before))
        ledger.finding(datetime(last, 7, 1, 9, tzinfo=UTC), self.pixelpond.public_id, actions=["content_removed"])
        asked = editions.asked(editor, year=last, now=before)
        self._name("asked", asked)
        admin = self.actor(Role.MEMBER_ADMIN)
        transparency.state(
            edition_id=asked.public_id,
            section=Section.ACTIONS,
            corrected={("actions_taken", "content_removed", ""): 3},
            reason="Three images were removed.",
            actor=admin,
            now=before,
        )
        transparency.contest(
            edition_id=asked.public_id, metric="shared_by_harm", note="We shared two.", actor=admin, now=before
        )
        builders.checkpoint(self.now)
        sharing.expire_due(now=self.now)
