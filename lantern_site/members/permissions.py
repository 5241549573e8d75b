"""Who may do what, on one screen: for each thing that can be done the roles, the key's scope, and what else it needs.

The page about roles and the README's table are drawn from here. Whether somebody may do it *to this thing, now* is
asked in each app's policies, which ask here first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lantern_site.members.lifecycle import Capability, KeyScope
from lantern_site.members.roles import MEMBER_ROLES, Role


class Permission(TextChoices):
    SHARE = "share", _("Share and correct signals")
    SHARE_IN_DANGER = "share_in_danger", _("Share a signal while a child may be in danger now")
    CANCEL = "cancel", _("Cancel what was never shared")
    SEE_SIGNALS = "see_signals", _("See signals, masked, and what became of them")
    REVIEW = "review", _("Approve, reject and return what colleagues submitted")
    WITHDRAW = "withdraw", _("Withdraw a signal of the own organisation")
    RENEW = "renew", _("Renew a signal of the own organisation")
    REVEAL = "reveal", _("See a plain value, for a coded reason")
    EXPORT = "export", _("Take the own organisation's signals away as a file")
    READ_FEED = "read_feed", _("Receive the feed")
    MATCH = "match", _("Look values up and run match jobs")
    STEER_JOB = "steer_job", _("See and cancel match jobs of the own organisation")
    FIND = "find", _("Examine leads and record findings")
    DISPUTE = "dispute", _("Open, withdraw and appeal disputes")
    CONFIRM_HOLD = "confirm_hold", _("Confirm a hold that a colleague asked for")
    ANSWER = "answer", _("Answer disputes of the own signals")
    ACCEPT = "accept", _("Accept disputes of the own signals")
    ACKNOWLEDGE = "acknowledge", _("Acknowledge recalls")
    CHECK = "check", _("Check a signal for completeness")
    HOLD = "hold", _("Hold and release signals for the programme")
    ASSIGN_CASE = "assign_case", _("Give a dispute to the one who decides it")
    DECIDE = "decide", _("Decide disputes")
    DECIDE_APPEAL = "decide_appeal", _("Decide appeals")
    MANAGE_MEMBERS = "manage_members", _("Admit members, keep their gates, and see who they are")
    SUSPEND = "suspend", _("Suspend members, and part from them")
    GIVE_NOTICE = "give_notice", _("Give notice that the own organisation leaves")
    MANAGE_COMMUNITIES = "manage_communities", _("Keep communities")
    MANAGE_STAFF = "manage_staff", _("Invite people, grant and end their roles")
    RESET_FACTOR = "reset_factor", _("Reset a second factor that somebody has lost")
    SEE_STAFF = "see_staff", _("See who works for any organisation, in which roles")
    SEE_KEYS = "see_keys", _("See keys of machines, and what they have read")
    ISSUE_KEYS = "issue_keys", _("Issue keys of machines")
    ROTATE_KEYS = "rotate_keys", _("Rotate keys of machines")
    REVOKE_KEYS = "revoke_keys", _("Revoke keys of machines")
    REVOKE_KEYS_OF_MEMBERS = "revoke_keys_of_members", _("Revoke a member's key that has leaked, or when it has left")
    KEEP_QUALITY = "keep_quality", _("Keep second looks and practice of the own reviewers, and see totals of them")
    ATTEST = "attest", _("Sign and attest for the own organisation")
    KEEP_REGISTERS = "keep_registers", _("Keep the registers of the programme")
    READ_REGISTERS = "read_registers", _("Read the registers of the programme")
    PUBLISH_ASSESSMENT = "publish_assessment", _("Publish an assessment of the programme")
    ENTER_STUDIO = "enter_studio", _("See editions of the report before they are published")
    EDIT_REPORT = "edit_report", _("Freeze and compute an edition of the report")
    APPROVE_REPORT = "approve_report", _("Approve an edition of the report that others made")
    PUBLISH_REPORT = "publish_report", _("Publish an edition of the report")
    READ_LEDGER = "read_ledger", _("Read the ledger of the own organisation")
    READ_WHOLE_LEDGER = "read_whole_ledger", _("Read the whole ledger")


@dataclass(frozen=True)
class Rule:
    """Who, and what else it takes. Without a `scope` no key may do it."""

    roles: frozenset[Role]
    scope: KeyScope | None = None
    trained: bool = False
    """The yearly training has not lapsed."""
    proven: bool = False
    """The second factor was shown within the last half hour."""
    capability: Capability | None = None
    """What the standing of the organisation must allow. Without one it outlasts suspension and leaving."""


def rule(
    *roles: Role,
    scope: KeyScope | None = None,
    trained: bool = False,
    proven: bool = False,
    needs: Capability | None = None,
) -> Rule:
    return Rule(frozenset(roles), scope, trained, proven, needs)


TABLE: Mapping[Permission, Rule] = {
    Permission.SHARE: rule(Role.SUBMITTER, scope=KeyScope.SUBMIT, trained=True, needs=Capability.SUBMIT),
    Permission.SHARE_IN_DANGER: rule(Role.SUBMITTER, scope=KeyScope.SUBMIT, needs=Capability.SUBMIT),
    Permission.CANCEL: rule(Role.SUBMITTER, Role.REVIEWER, scope=KeyScope.SUBMIT),
    Permission.SEE_SIGNALS: rule(  # not for those who only count, nor for whoever holds no role
        *MEMBER_ROLES, Role.STEWARD, Role.ADJUDICATOR, Role.EXTERNAL_ADJUDICATOR, Role.AUDITOR
    ),
    Permission.REVIEW: rule(Role.REVIEWER, Role.STEWARD, trained=True),
    Permission.WITHDRAW: rule(Role.REVIEWER),
    Permission.RENEW: rule(Role.REVIEWER, trained=True, needs=Capability.SUBMIT),
    Permission.REVEAL: rule(
        Role.SUBMITTER, Role.REVIEWER, Role.ANALYST, Role.STEWARD, Role.ADJUDICATOR, trained=True, proven=True
    ),
    Permission.EXPORT: rule(Role.SUBMITTER, Role.REVIEWER, Role.ANALYST, Role.MEMBER_ADMIN),
    Permission.READ_FEED: rule(Role.ANALYST, scope=KeyScope.READ),  # who may not receive is told corrections
    Permission.MATCH: rule(Role.ANALYST, scope=KeyScope.LOOKUP, needs=Capability.RECEIVE),
    Permission.STEER_JOB: rule(Role.ANALYST, scope=KeyScope.LOOKUP),
    Permission.FIND: rule(Role.ANALYST),
    Permission.DISPUTE: rule(Role.ANALYST, Role.REVIEWER),
    Permission.CONFIRM_HOLD: rule(Role.ANALYST, Role.REVIEWER, proven=True),
    Permission.ANSWER: rule(Role.REVIEWER, Role.ANALYST),
    Permission.ACCEPT: rule(Role.REVIEWER),
    Permission.ACKNOWLEDGE: rule(Role.ANALYST, Role.REVIEWER, scope=KeyScope.FEEDBACK),
    Permission.CHECK: rule(Role.STEWARD, trained=True, proven=True),
    Permission.HOLD: rule(Role.STEWARD, proven=True),
    Permission.ASSIGN_CASE: rule(Role.STEWARD),
    Permission.DECIDE: rule(Role.ADJUDICATOR),
    Permission.DECIDE_APPEAL: rule(Role.EXTERNAL_ADJUDICATOR),
    Permission.MANAGE_MEMBERS: rule(Role.STEWARD),
    Permission.SUSPEND: rule(Role.STEWARD, proven=True),
    Permission.GIVE_NOTICE: rule(Role.MEMBER_ADMIN, proven=True),
    Permission.MANAGE_COMMUNITIES: rule(Role.STEWARD, proven=True),
    Permission.MANAGE_STAFF: rule(Role.MEMBER_ADMIN, Role.STEWARD),
    Permission.RESET_FACTOR: rule(Role.MEMBER_ADMIN, Role.STEWARD, proven=True),
    Permission.SEE_KEYS: rule(Role.MEMBER_ADMIN, Role.ANALYST, Role.STEWARD, Role.AUDITOR),
    Permission.SEE_STAFF: rule(Role.STEWARD, Role.AUDITOR),
    Permission.ISSUE_KEYS: rule(Role.MEMBER_ADMIN, proven=True, needs=Capability.CONNECT),
    Permission.ROTATE_KEYS: rule(Role.MEMBER_ADMIN, proven=True),
    Permission.REVOKE_KEYS: rule(Role.MEMBER_ADMIN),
    Permission.REVOKE_KEYS_OF_MEMBERS: rule(Role.STEWARD, proven=True),
    Permission.KEEP_QUALITY: rule(Role.MEMBER_ADMIN),
    Permission.ATTEST: rule(Role.MEMBER_ADMIN),
    Permission.KEEP_REGISTERS: rule(Role.STEWARD),
    Permission.READ_REGISTERS: rule(Role.STEWARD, Role.AUDITOR),
    Permission.PUBLISH_ASSESSMENT: rule(Role.STEWARD, proven=True),
    Permission.ENTER_STUDIO: rule(Role.EDITOR, Role.PUBLISHER, Role.AUDITOR),
    Permission.EDIT_REPORT: rule(Role.EDITOR),
    Permission.APPROVE_REPORT: rule(Role.EDITOR, Role.PUBLISHER, proven=True),
    Permission.PUBLISH_REPORT: rule(Role.PUBLISHER, proven=True),
    Permission.READ_LEDGER: rule(Role.AUDITOR, Role.STEWARD, Role.MEMBER_ADMIN),
    Permission.READ_WHOLE_LEDGER: rule(Role.AUDITOR, Role.STEWARD),
}


def roles_for(wanted: Iterable[Permission]) -> frozenset[Role]:
    """Everybody who may do one of these."""
    return frozenset().union(*(TABLE[one].roles for one in wanted))


# How the table is shown


class Field(TextChoices):
    """What permissions are about, in the order in which people read of them."""

    SHARING = "sharing", _("Sharing")
    REVIEWING = "reviewing", _("Reviewing")
    RECEIVING = "receiving", _("Receiving")
    DISPUTES = "disputes", _("Disputes")
    ADMINISTRATION = "administration", _("Administration of a member")
    PROGRAMME = "programme", _("Programme")
    REPORT = "report", _("Report and ledger")


FIELDS: Mapping[Field, tuple[Permission, ...]] = {
    Field.SHARING: (
        Permission.SHARE,
        Permission.SHARE_IN_DANGER,
        Permission.CANCEL,
        Permission.WITHDRAW,
        Permission.RENEW,
        Permission.EXPORT,
    ),
    Field.REVIEWING: (Permission.SEE_SIGNALS, Permission.REVIEW, Permission.REVEAL, Permission.CHECK, Permission.HOLD),
    Field.RECEIVING: (
        Permission.READ_FEED,
        Permission.MATCH,
        Permission.STEER_JOB,
        Permission.FIND,
        Permission.ACKNOWLEDGE,
    ),
    Field.DISPUTES: (
        Permission.DISPUTE,
        Permission.CONFIRM_HOLD,
        Permission.ANSWER,
        Permission.ACCEPT,
        Permission.ASSIGN_CASE,
        Permission.DECIDE,
        Permission.DECIDE_APPEAL,
    ),
    Field.ADMINISTRATION: (
        Permission.MANAGE_STAFF,
        Permission.RESET_FACTOR,
        Permission.SEE_KEYS,
        Permission.ISSUE_KEYS,
        Permission.ROTATE_KEYS,
        Permission.REVOKE_KEYS,
        Permission.KEEP_QUALITY,
        Permission.ATTEST,
        Permission.GIVE_NOTICE,
    ),
    Field.PROGRAMME: (
        Permission.MANAGE_MEMBERS,
        Permission.SUSPEND,
        Permission.MANAGE_COMMUNITIES,
        Permission.SEE_STAFF,
        Permission.REVOKE_KEYS_OF_MEMBERS,
        Permission.KEEP_REGISTERS,
        Permission.READ_REGISTERS,
        Permission.PUBLISH_ASSESSMENT,
    ),
    Field.REPORT: (
        Permission.ENTER_STUDIO,
        Permission.EDIT_REPORT,
        Permission.APPROVE_REPORT,
        Permission.PUBLISH_REPORT,
        Permission.READ_LEDGER,
        Permission.READ_WHOLE_LEDGER,
    ),
}
"""Every permission stands in one field."""

STANDINGS: Mapping[Capability, Promise] = {
    Capability.SUBMIT: _("may share"),
    Capability.RECEIVE: _("may receive"),
    Capability.CONNECT: _("may connect machines"),
}
"""What the organisation must be able to, in words."""
