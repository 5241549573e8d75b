import time, secrets, random
from hashlib import sha256
import pytest
from datetime import timedelta
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.roles import Role
from signals import candidates, comparing, indexing, intake, normalise
from signals.intake import Item
from signals.kinds import Kind
from signals.models import *
from signals.services import jobs
from tests import builders
from tests.builders import NOW
pytestmark = pytest.mark.django_db(transaction=True)
def test_perf():
    a, b = builders.member("A"), builders.member("B")
    actor=builders.actor(a, Role.SUBMITTER)
    t=time.time()
    N=20000
    template = builders.active(a)
    from tests.conftest import as_owner
    with as_owner():
        for i in range(N):
            n = normalise.normal_form(Kind.PDQ, secrets.token_hex(32), quality=90)
            ind = intake.find_or_create_indicator(n, NOW); intake.keep_value(ind, n)
    print("setup", time.time()-t)
    for name, lines in {
        "email": [f"x{i}.{secrets.token_hex(4)}@gmail.com" for i in range(8000)],
        "pdq": [f"pdq:{secrets.token_hex(32)}" for i in range(8000)],
        "sha256": [f"sha256:{secrets.token_hex(32)}" for i in range(8000)],
        "url": [f"https://x{i}.example.com/a/b/{secrets.token_hex(4)}" for i in range(8000)],
        "username": [f"kestrel:n{secrets.token_hex(4)}" for i in range(8000)],
    }.items():
        t=time.time(); parsed=candidates.parse("\n".join(lines)); tp=time.time()-t
        assert not parsed.refused, parsed.refused[:2]
        t=time.time(); job=jobs.start(label="x",purpose="accounts_under_review",surface="public",candidates=parsed.candidates,actor=builders.actor(b,Role.ANALYST),now=NOW+timedelta(hours=1)); ts=time.time()-t
        for c in job.chunks.all():
            t=time.time(); jobs.run_chunk(c.pk,holder="w",now=NOW+timedelta(hours=1)); print(name, c.number, "parse",round(tp,2),"start",round(ts,2),"chunk",round(time.time()-t,3))
