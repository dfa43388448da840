"""The benchmark scenario and its variants, each in words, in rearguard, and in the SimPy model."""

import pathlib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SCENARIO = ROOT / "scenarios" / "benchmark.toml"
MEASURES = {
    "requests": "permissions.requests",
    "trips": "columns.trips",
    "incidents": "bases.fire_incidents",
    "contacts": "contacts.all",
    "breakdowns": "convoys.breakdowns",
    "wounded": "casualties.wounded",
    "evacuated": "equipment.evacuated_units",
}
DESK = "permissions.truck_column"
# What each variant changes: in words, in rearguard, and in the SimPy model.
VARIANTS = [
    ("as it stands", [], []),
    (
        "calm from 2 March on",
        [
            'zone.road.tension=[{ from = 2031-01-01, level = "critical" }, { from = 2031-03-02, level = "calm" }]',
            "threat.multiplier_calm=0.3",
            "base_fire.calm_per_day=0.02",
        ],
        ["CALM_FROM_DAY=60", "CALM_CONTACTS=0.3", "CALM_FIRE=0.2"],
    ),
    (
        "air cover on three days of five",
        [
            "permissions.air_overwatch.regime=process",
            "permissions.air_overwatch.granted_permissive=0.6",
            "permissions.air_overwatch.unanswered_permissive=0",
            "threat.ratio_overwatch=0.4",
        ],
        ["COVERED=0.6", "RATIO=0.4"],
    ),
    (
        "truck columns mostly refused",
        [
            f"{DESK}.granted_permissive=0.25",
            f"{DESK}.unanswered_permissive=0.3",
            f"{DESK}.answer_mean_days=2",
            f"{DESK}.retry_days=3",
        ],
        ["GRANTED=0.25", "UNANSWERED=0.3", "ANSWER_DAYS=2", "RETRY_DAYS=3"],
    ),
    (
        "longer roads, half the trucks, slower crews",
        [f"road.{at}.km=66" for at in range(19)]
        + ["truck_fleet.hauliers.trucks=20", "packing.crew_teu_per_day_low=3", "packing.crew_teu_per_day_mode=6"],
        ["LEG_KM=66", "TRUCKS=20", "CREW_LOW=3", "CREW_MODE=6"],
    ),
]
MORE_VARIANTS = [
    (
        "more devices that hurt fewer",
        ["zone.road.device_per_km=0.003", "casualties.wounded_per_device=1.1", "casualties.device_dispersion=0.5"],
        ["DEVICES_PER_KM=0.003", "WOUNDED_PER_DEVICE=1.1", "DISPERSION=0.5"],
    ),
    (
        "worse vehicles",
        ["convoys.breakdown_vehicle_km=3000", "convoys.breakdown_delay_days=0.2"],
        [f"BREAKDOWNS_PER_KM={20 / 3000}", "REPAIR_DAYS=0.2"],
    ),
    (
        "more fire and longer shelter",
        ["base_fire.critical_per_day=0.3", "base_fire.shelter_hours=24"],
        ["FIRE_PER_DAY=0.3", "SHELTER_DAYS=1"],
    ),
    (
        "a slow and uneven pace",
        ["convoys.track_km_per_day=100", "convoys.day_log_sd=0.6", "convoys.convoy_log_sd=0.5"],
        ["KM_PER_DAY=100", "DAY_LOG_SD=0.6", "CONVOY_LOG_SD=0.5"],
    ),
    (
        "columns of ten trucks",
        ["truck_fleet.hauliers.column_trucks=10"],
        ["COLUMN=10", f"BREAKDOWNS_PER_KM={10 / 6667}"],
    ),
]


def columns(rows) -> dict[str, list[float]]:
    rows = list(rows)
    return {name: [float(row[name]) for row in rows] for name in rows[0]}
