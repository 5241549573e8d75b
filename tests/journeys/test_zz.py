import pytest, time
from lantern_site import clock
from tests.journeys.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_w():
    t = time.time()
    w = World(clock.now())
    print(time.time() - t)
    print(w.ids)
