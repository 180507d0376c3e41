import time, pytest, statistics
from tests.watch.conftest import *
from vierogen.watch.actions.answering import adopt
from vierogen.notices.models import Message
@pytest.mark.django_db(transaction=True)
def test_lat(channel, dirk, by_phone, cora):
    took=[]
    with watching():
        eventually(lambda: Watched.objects.filter(mode="streamed").exists()); time.sleep(1)
        for n in range(40):
            before=Message.objects.count()
            t=time.perf_counter(); by_phone(f"x {n}")
            while Message.objects.count()==before: time.sleep(0.002)
            took.append((time.perf_counter()-t)*1000)
            adopt(Stray.objects.latest("pk"), by=dirk, reason="x")
            # adopt withdraws the unsent mail; settle
            time.sleep(0.05)
    took.sort(); print("p50",took[20],"p95",took[37],"max",took[-1])
