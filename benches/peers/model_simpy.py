"""The benchmark scenario (scenarios/benchmark.toml) as a SimPy user would write it: a process for each base's requests, crew,
fire and for each column. It shares nothing with the product but the scenario's numbers."""

import math
import random

import simpy

from benchmark_case import (
    ANSWER_DAYS, BASES, BATCH, BREAKDOWNS_PER_KM, CALM_CONTACTS, CALM_FIRE, CALM_FROM_DAY, COLUMN, CONVOY_LOG_SD, COVERED,
    CREW_HIGH, CREW_LOW, CREW_MODE, DAY_LOG_SD, DEADLINE_DAYS, DEVICES_PER_KM, DISPERSION, FIRE_PER_DAY, GRANTED,
    HALT_MEAN_DAYS, HALT_SHAPE, KM_PER_DAY, LEG_KM, LEGS, RATIO, REPAIR_DAYS, REPAIR_LOG_SD, REST_DAYS, REST_LOG_SD,
    RETRY_DAYS, SHELTER_DAYS, TRUCKLOADS, TRUCKS, UNANSWERED, WOUNDED_PER_DEVICE, main, poisson,
)


class Base:
    def __init__(self, mission, index):
        self.mission, self.index, env = mission, index, mission.env
        self.unpacked, self.staged, self.assigned = TRUCKLOADS, 0, 0
        self.waits_for_trucks = False
        self.arrivals, self.wake = [], env.event()
        self.sheltered_until, self.stopped = 0.0, 0.0
        env.process(self.requests())
        env.process(self.crew())
        env.process(self.fire())

    def requests(self):
        """Asks for a column whenever a load for one waits that none is coming for."""
        env, mission, rng = self.mission.env, self.mission, self.mission.rng
        while self.unpacked + self.staged - self.assigned >= COLUMN:
            while True:
                mission.requests += 1
                if UNANSWERED > 0 and rng.random() < UNANSWERED:
                    yield env.timeout(RETRY_DAYS)
                    continue
                granted = rng.random() < GRANTED
                yield env.timeout(rng.expovariate(1.0 / ANSWER_DAYS))
                if granted:
                    break
                yield env.timeout(RETRY_DAYS)
            self.sent = env.event()
            self.waits_for_trucks = True
            mission.send_columns()
            if not self.sent.triggered:
                yield self.sent

    def work(self, amount):
        """A crew's job: after shelter, at its own rate, put off by every stop that falls into it."""
        env, rng = self.mission.env, self.mission.rng
        days = amount / rng.triangular(CREW_LOW, CREW_HIGH, CREW_MODE)
        stopped = self.stopped
        yield env.timeout(max(self.sheltered_until - env.now, 0.0) + days)
        while self.stopped > stopped:
            put_off, stopped = self.stopped - stopped, self.stopped
            yield env.timeout(put_off)

    def crew(self):
        """One crew: the first column that can be loaded comes before the next batch."""
        while True:
            ready = self.arrivals and (self.staged >= COLUMN or self.unpacked == 0)
            if ready:
                loaded = self.arrivals.pop(0)
                yield from self.work(min(COLUMN, self.staged))
                self.staged -= COLUMN
                self.assigned -= COLUMN
                loaded.succeed()
            elif self.unpacked > 0:
                yield from self.work(BATCH)
                self.unpacked -= BATCH
                self.staged += BATCH
            else:
                self.wake = self.mission.env.event()
                yield self.wake

    def fire(self):
        env, mission = self.mission.env, self.mission
        while True:
            yield env.timeout(mission.rng.expovariate(FIRE_PER_DAY))
            if env.now >= DEADLINE_DAYS:
                return
            if env.now >= CALM_FROM_DAY and mission.rng.random() >= CALM_FIRE:
                continue
            mission.incidents += 1
            until = env.now + SHELTER_DAYS
            self.stopped += until - max(self.sheltered_until, env.now)
            self.sheltered_until = until


class Mission:
    def __init__(self, seed):
        self.env, self.rng = simpy.Environment(), random.Random(seed)
        self.idle = TRUCKS
        self.requests = self.incidents = self.contacts = self.wounded = self.breakdowns = self.trips = 0
        self.evacuated, self.container_days = 0, 0.0
        self.bases = [Base(self, index) for index in range(BASES)]

    def send_columns(self):
        """Sends granted columns while there are trucks, in the order of the bases."""
        for base in self.bases:
            if base.waits_for_trucks and self.idle >= COLUMN:
                base.waits_for_trucks = False
                self.idle -= COLUMN
                base.assigned += COLUMN
                self.trips += 1
                self.env.process(self.column(base))
                base.sent.succeed()

    def column(self, base):
        env, rng = self.env, self.rng
        traveller = Traveller(self, env.now)
        yield from traveller.journey()
        loaded = env.event()
        base.arrivals.append(loaded)
        if not base.wake.triggered:
            base.wake.succeed()
        yield loaded
        yield from traveller.journey()
        if env.now < DEADLINE_DAYS:
            self.evacuated += COLUMN
            self.container_days += COLUMN * env.now
        yield env.timeout(REST_DAYS * math.exp(rng.gauss(0.0, REST_LOG_SD)))
        self.idle += COLUMN
        self.send_columns()


class Traveller:
    """A column on the road: each day of its travel has its own pace."""

    def __init__(self, mission, departed):
        self.mission, self.departed = mission, departed
        self.score = mission.rng.gauss(0.0, CONVOY_LOG_SD)
        self.day, self.pace, self.covered = -1, 0.0, False

    def journey(self):
        env, rng, mission = self.mission.env, self.mission.rng, self.mission
        for _ in range(LEGS):
            at = 0.0
            contact = rng.expovariate(DEVICES_PER_KM)
            failure = rng.expovariate(BREAKDOWNS_PER_KM)
            while at < LEG_KM:
                day = int(env.now - self.departed + 1e-9)
                if day != self.day:
                    self.day = day
                    self.covered = COVERED > 0 and rng.random() < COVERED
                    self.pace = KM_PER_DAY * math.exp(self.score + rng.gauss(0.0, DAY_LOG_SD))
                point = min(contact, failure, LEG_KM)
                left_today = self.departed + day + 1 - env.now
                if at + left_today * self.pace < point:
                    at += left_today * self.pace
                    yield env.timeout(left_today)
                    continue
                yield env.timeout((point - at) / self.pace)
                at = point
                if point == contact:
                    contact += rng.expovariate(DEVICES_PER_KM)
                    if not self.happens():
                        continue
                    self.meet_device()
                    yield env.timeout(rng.gammavariate(HALT_SHAPE, HALT_MEAN_DAYS / HALT_SHAPE))
                elif point == failure:
                    if env.now < DEADLINE_DAYS:
                        mission.breakdowns += 1
                    failure += rng.expovariate(BREAKDOWNS_PER_KM)
                    yield env.timeout(REPAIR_DAYS * math.exp(rng.gauss(0.0, REPAIR_LOG_SD)))

    def happens(self):
        """Whether a device is met: cover and calm thin them out."""
        share = RATIO if self.covered else 1.0
        if self.mission.env.now >= CALM_FROM_DAY:
            share *= CALM_CONTACTS
        return share >= 1.0 or self.mission.rng.random() < share

    def meet_device(self):
        mission, rng = self.mission, self.mission.rng
        if mission.env.now < DEADLINE_DAYS:
            mission.contacts += 1
            hit = poisson(rng, rng.gammavariate(DISPERSION, WOUNDED_PER_DEVICE / DISPERSION))
            mission.wounded += min(hit, COLUMN)


def replicate(seed):
    """One replication; the quantities that must agree with the other engines."""
    mission = Mission(seed)
    mission.env.run(until=DEADLINE_DAYS)
    return (
        mission.requests,
        mission.trips,
        mission.incidents,
        mission.contacts,
        mission.breakdowns,
        mission.wounded,
        mission.evacuated,
        mission.container_days / max(mission.evacuated, 1),
    )


if __name__ == "__main__":
    main(replicate)
