"""The benchmark scenario (scenarios/benchmark.toml) as a salabim user would write it: a component for each base's requests, crew
and fire and for each column, woken by passivate and activate. It shares nothing with the product but the scenario's numbers."""

import math
import random

import salabim as sim

from benchmark_case import (
    ANSWER_DAYS, BASES, BATCH, BREAKDOWNS_PER_KM, COLUMN, CONVOY_LOG_SD, CREW_HIGH, CREW_LOW, CREW_MODE, DAY_LOG_SD,
    DEADLINE_DAYS, DEVICES_PER_KM, DISPERSION, FIRE_PER_DAY, GRANTED, HALT_MEAN_DAYS, HALT_SHAPE, KM_PER_DAY, LEG_KM, LEGS,
    REPAIR_DAYS, REPAIR_LOG_SD, REST_DAYS, REST_LOG_SD, RETRY_DAYS, SHELTER_DAYS, TRUCKLOADS, TRUCKS, WOUNDED_PER_DEVICE,
    main, poisson,
)

sim.yieldless(False)


class Base:
    def __init__(self, mission):
        self.unpacked, self.staged, self.assigned = TRUCKLOADS, 0, 0
        self.waits_for_trucks = False
        self.arrivals = []
        self.sheltered_until, self.stopped = 0.0, 0.0
        self.requests = Requests(mission=mission, base=self)
        self.crew = Crew(mission=mission, base=self)
        Fire(mission=mission, base=self)


class Requests(sim.Component):
    """Asks for a column whenever a load for one waits that none is coming for."""

    def setup(self, mission, base):
        self.mission, self.base = mission, base

    def process(self):
        mission, base, rng = self.mission, self.base, self.mission.rng
        while base.unpacked + base.staged - base.assigned >= COLUMN:
            while True:
                mission.counts["requests"] += 1
                granted = rng.random() < GRANTED
                yield self.hold(rng.expovariate(1.0 / ANSWER_DAYS))
                if granted:
                    break
                yield self.hold(RETRY_DAYS)
            base.waits_for_trucks = True
            mission.send_columns()
            while base.waits_for_trucks:
                yield self.passivate()


class Crew(sim.Component):
    """One crew: the first column that can be loaded comes before the next batch."""

    def setup(self, mission, base):
        self.mission, self.base = mission, base

    def work(self, amount):
        """A job: after shelter, at its own rate, put off by every stop that falls into it."""
        base, rng = self.base, self.mission.rng
        days = amount / rng.triangular(CREW_LOW, CREW_HIGH, CREW_MODE)
        stopped = base.stopped
        yield self.hold(max(base.sheltered_until - self.env.now(), 0.0) + days)
        while base.stopped > stopped:
            put_off, stopped = base.stopped - stopped, base.stopped
            yield self.hold(put_off)

    def process(self):
        base = self.base
        while True:
            if base.arrivals and (base.staged >= COLUMN or base.unpacked == 0):
                column = base.arrivals.pop(0)
                yield from self.work(min(COLUMN, base.staged))
                base.staged -= COLUMN
                base.assigned -= COLUMN
                column.activate()
            elif base.unpacked > 0:
                yield from self.work(BATCH)
                base.unpacked -= BATCH
                base.staged += BATCH
            else:
                yield self.passivate()


class Fire(sim.Component):
    def setup(self, mission, base):
        self.mission, self.base = mission, base

    def process(self):
        mission, base = self.mission, self.base
        while True:
            yield self.hold(mission.rng.expovariate(FIRE_PER_DAY))
            now = self.env.now()
            if now >= DEADLINE_DAYS:
                return
            mission.counts["incidents"] += 1
            until = now + SHELTER_DAYS
            base.stopped += until - max(base.sheltered_until, now)
            base.sheltered_until = until


class Column(sim.Component):
    """A column on the road: each day of its travel has its own pace."""

    def setup(self, mission, base):
        self.mission, self.base = mission, base
        self.departed = self.env.now()
        self.score = mission.rng.gauss(0.0, CONVOY_LOG_SD)
        self.day, self.pace = -1, 0.0

    def process(self):
        mission, base, rng = self.mission, self.base, self.mission.rng
        yield from self.journey()
        base.arrivals.append(self)
        if base.crew.ispassive():
            base.crew.activate()
        yield self.passivate()
        yield from self.journey()
        now = self.env.now()
        if now < DEADLINE_DAYS:
            mission.counts["evacuated"] += COLUMN
            mission.container_days += COLUMN * now
        yield self.hold(REST_DAYS * math.exp(rng.gauss(0.0, REST_LOG_SD)))
        mission.idle += COLUMN
        mission.send_columns()

    def journey(self):
        env, rng, mission = self.env, self.mission.rng, self.mission
        for _ in range(LEGS):
            at = 0.0
            contact = rng.expovariate(DEVICES_PER_KM)
            failure = rng.expovariate(BREAKDOWNS_PER_KM)
            while at < LEG_KM:
                now = env.now()
                day = int(now - self.departed + 1e-9)
                if day != self.day:
                    self.day = day
                    self.pace = KM_PER_DAY * math.exp(self.score + rng.gauss(0.0, DAY_LOG_SD))
                point = min(contact, failure, LEG_KM)
                left_today = self.departed + day + 1 - now
                if at + left_today * self.pace < point:
                    at += left_today * self.pace
                    yield self.hold(left_today)
                    continue
                yield self.hold((point - at) / self.pace)
                at = point
                if point == contact:
                    self.meet_device()
                    contact += rng.expovariate(DEVICES_PER_KM)
                    yield self.hold(rng.gammavariate(HALT_SHAPE, HALT_MEAN_DAYS / HALT_SHAPE))
                elif point == failure:
                    if env.now() < DEADLINE_DAYS:
                        mission.counts["breakdowns"] += 1
                    failure += rng.expovariate(BREAKDOWNS_PER_KM)
                    yield self.hold(REPAIR_DAYS * math.exp(rng.gauss(0.0, REPAIR_LOG_SD)))

    def meet_device(self):
        mission, rng = self.mission, self.mission.rng
        if self.env.now() < DEADLINE_DAYS:
            mission.counts["contacts"] += 1
            hit = poisson(rng, rng.gammavariate(DISPERSION, WOUNDED_PER_DEVICE / DISPERSION))
            mission.counts["wounded"] += min(hit, COLUMN)


class Mission:
    def __init__(self, seed):
        # Nothing is drawn from salabim's own generator; tracing and monitors stay off.
        self.env, self.rng = sim.Environment(trace=False), random.Random(seed)
        self.idle, self.container_days = TRUCKS, 0.0
        self.counts = dict.fromkeys(("requests", "trips", "incidents", "contacts", "breakdowns", "wounded", "evacuated"), 0)
        self.bases = [Base(self) for _ in range(BASES)]

    def send_columns(self):
        """Sends granted columns while there are trucks, in the order of the bases."""
        for base in self.bases:
            if base.waits_for_trucks and self.idle >= COLUMN:
                base.waits_for_trucks = False
                self.idle -= COLUMN
                base.assigned += COLUMN
                self.counts["trips"] += 1
                Column(mission=self, base=base)
                if base.requests.ispassive():
                    base.requests.activate()


def replicate(seed):
    """One replication; the quantities that must agree with the other engines."""
    mission = Mission(seed)
    mission.env.run(till=DEADLINE_DAYS)
    return *mission.counts.values(), mission.container_days / max(mission.counts["evacuated"], 1)


if __name__ == "__main__":
    main(replicate)
