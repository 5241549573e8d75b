import pytest
from django.utils.translation import override

from signals import kinds
from signals.kinds import HarmTerm, Kind, Severity

SEVERITIES = {
    "csam_verified": 3,
    "csam_unverified": 3,
    "csam_trade": 3,
    "grooming": 3,
    "extortion_financial": 4,
    "extortion_other": 4,
    "live_abuse": 4,
    "contact_abuse": 4,
    "trafficking": 4,
    "travel": 3,
    "sexualised": 1,
    "tools": 2,
    "other": 2,
}

DAYS = {
    "email": (365, 730),
    "username": (180, 365),
    "account_id": (365, 730),
    "url": (90, 180),
    "keyword": (180, 365),
    "payment": (180, 365),
    "phone": (90, 180),
    "md5": (1095, 1825),
    "sha1": (1095, 1825),
    "sha256": (1095, 1825),
    "pdq": (1095, 1825),
    "phash": (1095, 1825),
    "video_md5": (1095, 1825),
    "vpdq": (1095, 1825),
}


def test_every_kind_lives_as_long_as_the_rules_say() -> None:
    assert {kind.value: (life.default, life.maximum) for kind, life in kinds.LIFETIMES.items()} == DAYS
    assert set(DAYS) == set(Kind.values)


def test_every_kind_is_content_or_identifies_an_account() -> None:
    assert set(Kind) == kinds.CONTENT | kinds.IDENTIFIERS
    assert not kinds.CONTENT & kinds.IDENTIFIERS
    assert set(Kind) - kinds.OFFERED == {"phone"}


def test_severity_follows_from_the_harm() -> None:
    derived = {
        harm.value: kinds.severity_of(harm, possibly_child=False, imminent=False).value for harm in kinds.HarmTerm
    }

    assert derived == SEVERITIES


@pytest.mark.parametrize("harm", HarmTerm)
def test_a_child_in_danger_is_critical_and_a_possible_child_at_least_high(harm: HarmTerm) -> None:
    assert kinds.severity_of(harm, possibly_child=False, imminent=True) is Severity.CRITICAL
    assert kinds.severity_of(harm, possibly_child=True, imminent=True) is Severity.CRITICAL
    assert kinds.severity_of(harm, possibly_child=True, imminent=False) >= Severity.HIGH
    assert kinds.severity_of(harm, possibly_child=True, imminent=False) >= SEVERITIES[harm.value]


def test_the_worse_the_sooner() -> None:
    assert [kinds.FIRST_REVIEW_HOURS[severity] for severity in Severity] == [96, 48, 24, 4]


def test_every_harm_is_defined_in_a_sentence() -> None:
    with override("en"):
        sentences = [str(kinds.HARMS[harm].definition) for harm in HarmTerm]

    assert len(set(sentences)) == len(HarmTerm)
    assert all(sentence.endswith(".") for sentence in sentences)


def test_no_public_authority_is_an_origin_and_another_signal_does_not_corroborate() -> None:
    assert set(kinds.Origin.values) == {
        "own_detection",
        "user_report",
        "own_investigation",
        "hotline",
        "another_signal",
    }
    assert kinds.Origin.ANOTHER_SIGNAL not in kinds.CORROBORATING
    assert len(kinds.CORROBORATING) == len(kinds.Origin) - 1


def test_services_of_every_public_exist_and_their_codes_are_safe_in_front_of_a_colon() -> None:
    assert {service.public for service in kinds.SERVICES.values()} == set(kinds.Public)
    assert all(code.isidentifier() and code == code.lower() for code in kinds.SERVICES)


@pytest.mark.parametrize("service", kinds.SERVICES.values(), ids=lambda service: service.code)
def test_no_service_allows_a_colon_in_a_name(service: kinds.Service) -> None:
    assert not service.handle.fullmatch("some:name")
    assert not service.account.fullmatch("12345:67")
