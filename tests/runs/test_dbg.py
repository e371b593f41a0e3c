import random, pytest
from bot.errors import Unavailable
from tests.runs.office import office
from tests.runs.town import ANN
pytest_plugins=[]
async def test_dbg(real_store, clock):
    line = "2026 " + "x"*60 + "\n"
    async with office(real_store, clock) as shop:
        shop.plant.says=[f"{n:06} "+line*100 for n in range(1500)]
        ap=real_store.output.append
        async def flaky(run, step, text, number):
            r=random.random()
            if r<0.2:
                raise Unavailable("before")
            done=await ap(run,step,text,number)
            if r<0.4: raise Unavailable("after")
            return done
        object.__setattr__(shop.about.execution.desk.speaker.output,"append",flaky)
        await shop.command(ANN,"run see"); await shop.work(); await shop.pass_time(seconds=2)
        [f]=shop.slack.files
        exp="== steps/look ==\n"+"".join(shop.plant.says)
        print(len(f["content"]),len(exp)); assert f["content"]==exp
