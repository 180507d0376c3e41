import time, pytest
from vierogen.posts.actions import stopping
from tests.posts.steps import another
from vierogen.posts.models import *
from django.utils import timezone
@pytest.mark.django_db(transaction=True)
def test_speed(channel, anna, ben):
    from vierogen.posts.actions.writing import Content, begin
    v=begin(channel.organisation, Content("x", (channel,)), by=anna)
    from vierogen.posts.models import Approval
    now=timezone.now()
    for n in range(200):
        w=Version.objects.create(post=v.post,number=n+2,text="x",written_by=anna)
        a=Approval.objects.create(version=w,digest="",by=ben,writer=anna)
        Delivery.objects.create(organisation=channel.organisation,version=w,channel=channel,approval=a,key=str(n),dated=now,cooling_until=now,due_at=now)
    t=time.time(); stopping.stop_everything(channel.organisation, by=anna); print("stop 200", time.time()-t)
    assert Delivery.objects.filter(state="held").count()==200
    t=time.time(); Delivery.objects.update(state="waiting"); stopping.lift(channel.organisation, by=ben); print("lift 200", time.time()-t)
