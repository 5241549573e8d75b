from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client

from lantern_site import clock
from lantern_site.work import heartbeats
from lantern_site.work.models import Heartbeat

pytestmark = pytest.mark.django_db


def test_the_process_is_alive_whatever_the_database_does(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"alive\n")
    assert "no-store" in answer.headers["Cache-Control"]


def test_everything_is_ready(client: Client) -> None:
    heartbeats.beat("worker", now=clock.now())
    heartbeats.beat("index:here:1", now=clock.now(), position=57)
    heartbeats.beat("index:here:2", now=clock.now(), position=41)

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "broker": True,
        "database": True,
        "worker": True,
        "worker_age": 0,
        "index_position": 41,
        "alarms": [],
    }


def test_an_alarm_is_named_for_as_long_as_it_stands(client: Client) -> None:
    heartbeats.beat("worker", now=clock.now())
    heartbeats.alarm("index_stale", now=clock.now() - timedelta(minutes=4))
    heartbeats.alarm("index_differs", now=clock.now() - timedelta(hours=26))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["alarms"] == ["index_stale"]


def test_a_worker_that_was_never_seen_is_not_ready(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert (answer.json()["worker"], answer.json()["worker_age"]) == (False, None)


def test_a_worker_that_fell_silent_is_not_ready(client: Client) -> None:
    heartbeats.beat("worker", now=clock.now() - timedelta(minutes=3))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert (answer.json()["worker"], answer.json()["worker_age"]) == (False, 180)


def test_a_lost_broker_is_named(client: Client, settings: LazySettings) -> None:
    heartbeats.beat("worker", now=clock.now())
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://localhost:1/0"}}

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert (answer.json()["broker"], answer.json()["database"]) == (False, True)


def test_a_lost_database_is_named(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute(f"ALTER TABLE {Heartbeat._meta.db_table} RENAME TO gone")
        cursor.execute("RESET ROLE")

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert (answer.json()["broker"], answer.json()["database"]) == (True, False)


def test_the_application_speaks_as_a_role_that_owns_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, (SELECT count(*) FROM pg_tables WHERE tableowner = current_user)")

        assert cursor.fetchone() == ("lantern_app", 0)
