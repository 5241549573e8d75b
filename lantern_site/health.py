"""Two addresses for those who run the machines: is the process alive, and can it do its work?"""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from lantern_site import clock
from lantern_site.work import heartbeats
from lantern_site.work.models import Heartbeat

WORKER_SILENT_AFTER = timedelta(minutes=2)


@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """The web process answers. Nothing else is asked, so that a slow database does not get it restarted."""
    return HttpResponse("alive\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database and the broker answer, a worker was seen lately and no alarm stands, else 503; the body
    says which."""
    state = {"broker": broker_answers()} | database_state(clock.now())
    good = state["broker"] and state["database"] and state["worker"] and not state["alarms"]
    return JsonResponse({"ready": good} | state, status=200 if good else 503)


def broker_answers() -> bool:
    try:
        cache.get("ready")
    except RedisError:
        return False
    return True


def database_state(now: datetime) -> dict[str, bool | int | list[str] | None]:
    """What the rows of `Heartbeat` say: the worker's age in seconds, and how far the index of the slowest worker is."""
    try:
        beats = {beat.name: beat for beat in Heartbeat.objects.all()}
    except DatabaseError:
        return {"database": False, "worker": False, "worker_age": None, "index_position": None, "alarms": []}
    worker = beats.get("worker")
    indexes = [beat.position for name, beat in beats.items() if name.startswith("index:") and beat.position is not None]
    age = now - worker.at if worker else None
    return {
        "database": True,
        "worker": age is not None and age < WORKER_SILENT_AFTER,
        "worker_age": round(age.total_seconds()) if age is not None else None,
        "index_position": min(indexes, default=None),
        "alarms": heartbeats.alarms(now),
    }


urlpatterns = [path("healthz", alive), path("readyz", ready)]
