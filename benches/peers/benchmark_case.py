"""The numbers of the benchmark scenario (scenarios/benchmark.toml), and what its Python models share.

Other values stand on the command line of a model, after the number of replications, as NAME=VALUE; with EACH=1 it prints a
row for each replication. `agree` runs variants of the scenario so."""

import math
import sys

BASES, TRUCKLOADS, TRUCKS, COLUMN, BATCH = 12, 60, 40, 20, 10
DEADLINE_DAYS = 184.0
LEGS, LEG_KM = 8, 44.0
KM_PER_DAY, CONVOY_LOG_SD, DAY_LOG_SD = 150.0, 0.2, 0.35
DEVICES_PER_KM, WOUNDED_PER_DEVICE, DISPERSION = 0.0015, 2.2, 1.0
HALT_MEAN_DAYS, HALT_SHAPE = 0.4, 2.0
BREAKDOWNS_PER_KM = COLUMN / 6667.0
REPAIR_DAYS, REPAIR_LOG_SD = 0.06, 0.6
REST_DAYS, REST_LOG_SD = 2.0, 0.5
GRANTED, ANSWER_DAYS, RETRY_DAYS = 0.5, 1.0, 1.0
CREW_LOW, CREW_MODE, CREW_HIGH = 6.0, 12.0, 25.0
FIRE_PER_DAY, SHELTER_DAYS = 0.1, 0.5
# Of variants alone: requests never answered; from a day on a share of contacts and of fire; days under cover and its ratio.
UNANSWERED = 0.0
CALM_FROM_DAY, CALM_CONTACTS, CALM_FIRE = 1000.0, 1.0, 1.0
COVERED, RATIO = 0.0, 1.0
EACH, FIRST_SEED = 0, 0
for argument in sys.argv[2:]:
    name, _, value = argument.partition("=")
    globals()[name] = type(globals()[name])(float(value))

NAMES = ("requests", "trips", "incidents", "contacts", "breakdowns", "wounded", "evacuated", "finish_days")


def poisson(rng, mean):
    """By the product of uniforms."""
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count


def main(replicate):
    """Runs as many replications as the command says; prints each quantity's sum and sum of squares, or all rows."""
    outcomes = [replicate(seed) for seed in range(FIRST_SEED, FIRST_SEED + int(sys.argv[1]))]
    if EACH:
        print("\n".join(",".join(map(str, row)) for row in [NAMES, *outcomes]))
        return
    for name, column in zip(NAMES, zip(*outcomes)):
        print(f"{name},{sum(column)},{sum(value * value for value in column)}")
