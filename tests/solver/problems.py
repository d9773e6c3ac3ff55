"""Random problems for the solver's tests. The same seed gives the same problem."""

import json
import random
from typing import Any

from milkrun.schema.problem import Problem
from milkrun.schema.rules import breaches

FEATURES = (
    "capacity",
    "pickups",
    "windows",
    "several windows",
    "working hours",
    "shipments",
    "skills",
    "priorities",
    "open routes",
    "fleet",
    "speed",
    "types",
    "setups",
    "work costs",
    "max tasks",
    "max travel time",
    "max distance",
    "breaks",
    "custom costs",
    "great circle",
    "allowed vehicles",
)
"""What a problem can have, by VROOM's names where there are any."""

DAY = 20_000
"""The last second at which anything may start."""


def problem_of(body: dict[str, Any]) -> Problem:
    """The problem of a body, parsed and checked."""
    problem = Problem.model_validate_json(json.dumps(body))
    broken = list(breaches(problem))
    if broken:
        raise ValueError(f"the test made a problem that breaks the schema: {broken[:3]}")
    return problem


def random_problem(seed: int, features: set[str], jobs: int = 9, vehicles: int = 3) -> Problem:
    """A problem with these features and no others."""
    return problem_of(random_body(seed, features, jobs, vehicles))


def random_features(seed: int, among: tuple[str, ...] = FEATURES) -> set[str]:
    """A random choice of features that go together."""
    rng = random.Random(f"features {seed}")
    chosen = {feature for feature in among if rng.random() < 0.35}
    if "great circle" in chosen:
        chosen.discard("custom costs")
    return chosen


def random_body(seed: int, features: set[str], jobs: int = 9, vehicles: int = 3) -> dict[str, Any]:
    """The JSON of a problem."""
    unknown = features - set(FEATURES)
    if unknown:
        raise ValueError(f"no such features: {unknown}")
    return _Maker(random.Random(seed), features).body(jobs, vehicles)


class _Maker:
    def __init__(self, rng: random.Random, features: set[str]) -> None:
        self.rng = rng
        self.features = features
        self.places: list[tuple[float, float]] = []
        self.shared = "setups" in features
        self.ids: list[int] = []

    def has(self, feature: str) -> bool:
        return feature in self.features

    def body(self, jobs: int, vehicles: int) -> dict[str, Any]:
        shipments = jobs // 3 if self.has("shipments") else 0
        jobs -= 2 * shipments
        self.ids = [10 * number for number in range(1, vehicles + 1)]
        body: dict[str, Any] = {
            "vehicles": [self.vehicle(number) for number in range(1, vehicles + 1)],
            "jobs": [self.job(number) for number in range(1, jobs + 1)],
            "shipments": [self.shipment(number) for number in range(1, shipments + 1)],
        }
        if not self.has("great circle"):
            body["matrices"] = {
                profile: self.matrices()
                for profile in sorted({vehicle.get("profile", "car") for vehicle in body["vehicles"]})
            }
        return body

    def place(self, prefix: str = "location") -> dict[str, Any]:
        """A new place, or now and then one used before, so that setups and shared places matter."""
        if self.places and self.rng.random() < (0.4 if self.shared else 0.1):
            index = self.rng.randrange(len(self.places))
        else:
            self.places.append((2 + self.rng.random() / 5, 48 + self.rng.random() / 5))
            index = len(self.places) - 1
        if self.has("great circle"):
            return {prefix: self.places[index]}
        return {"location_index" if prefix == "location" else f"{prefix}_index": index}

    def matrices(self) -> dict[str, Any]:
        def cells(most: int) -> list[list[int]]:
            size = len(self.places)
            return [
                [0 if a == b else self.rng.randint(most // 10, most) for b in range(size)]
                for a in range(size)
            ]

        matrices = {"durations": cells(1_500), "distances": cells(20_000)}
        if self.has("custom costs"):
            matrices["costs"] = cells(500)
        return matrices

    def window(self, length: int) -> list[int]:
        start = self.rng.randrange(0, DAY - length)
        return [start, start + length]

    def vehicle(self, number: int) -> dict[str, Any]:
        rng = self.rng
        vehicle: dict[str, Any] = {"id": 10 * number, **self.place("start"), **self.place("end")}
        if self.has("open routes") and rng.random() < 0.6:
            gone = rng.choice(("start", "end"))
            vehicle = {key: value for key, value in vehicle.items() if not key.startswith(gone)}
        if self.has("capacity") or self.has("pickups"):
            vehicle["capacity"] = [rng.randint(8, 14), rng.randint(15, 30)]
        if self.has("working hours"):
            vehicle["time_window"] = [rng.randint(0, 3_000), rng.randint(9_000, DAY)]
        if self.has("skills"):
            vehicle["skills"] = sorted(rng.sample((1, 2, 3), rng.randint(0, 3)))
        if self.has("types"):
            vehicle["type"] = rng.choice(("van", "bike"))
        if self.has("speed"):
            vehicle["speed_factor"] = rng.choice((0.5, 0.83, 1.0, 1.37, 2.0))
        if self.has("max tasks"):
            vehicle["max_tasks"] = rng.randint(2, 5)
        if self.has("max travel time"):
            vehicle["max_travel_time"] = rng.randint(2_000, 5_000)
        if self.has("max distance"):
            vehicle["max_distance"] = rng.randint(30_000, 60_000)
        if self.has("breaks"):
            vehicle["breaks"] = [self.pause(rank) for rank in range(rng.randint(1, 2))]
        costs = self.costs()
        if costs:
            vehicle["costs"] = costs
        if self.has("fleet"):
            vehicle["profile"] = rng.choice(("car", "truck"))
        return vehicle

    def costs(self) -> dict[str, int]:
        rng = self.rng
        costs: dict[str, int] = {}
        if self.has("fleet"):
            costs = {"fixed": rng.randint(0, 900), "per_hour": rng.choice((0, 900, 3_600, 5_000))}
            costs["per_km"] = rng.choice((0, 50, 333)) if costs["per_hour"] else 100
        if self.has("custom costs"):
            costs.pop("per_hour", None)
        if self.has("work costs"):
            costs["per_task_hour"] = rng.choice((0, 1_000, 2_500))
        return costs

    def pause(self, rank: int) -> dict[str, Any]:
        pause: dict[str, Any] = {
            "id": 7 + rank,
            "service": self.rng.randint(60, 400),
            "time_windows": [[3_600 + 2_600 * rank, 5_800 + 2_600 * rank]],
        }
        if self.has("capacity") and self.rng.random() < 0.5:
            pause["max_load"] = [8, 20]
        return pause

    def task(self, number: int) -> dict[str, Any]:
        rng = self.rng
        task: dict[str, Any] = {"id": number, **self.place(), "service": rng.randint(0, 400)}
        if self.has("windows") and rng.random() < 0.7:
            task["time_windows"] = [self.window(5_000)]
        if self.has("types"):
            task["service_per_type"] = {"bike": rng.randint(0, 600)}
        if self.has("setups"):
            task["setup"] = rng.choice((0, 150, 300))
            if self.has("types"):
                task["setup_per_type"] = {"van": 77}
        return task

    def shared_rules(self) -> dict[str, Any]:
        rng = self.rng
        rules: dict[str, Any] = {}
        if self.has("skills") and rng.random() < 0.4:
            rules["skills"] = rng.sample((1, 2, 3), rng.randint(1, 2))
        if self.has("priorities"):
            rules["priority"] = rng.choice((0, 0, 1, 10, 100))
        if self.has("allowed vehicles") and rng.random() < 0.4:
            rules["allowed_vehicles"] = rng.sample(self.ids, rng.randint(1, len(self.ids)))
        return rules

    def job(self, number: int) -> dict[str, Any]:
        rng = self.rng
        job = {**self.task(number), **self.shared_rules()}
        if self.has("several windows") and rng.random() < 0.7:
            first, second = sorted(rng.sample(range(0, DAY - 4_000, 2_500), 2))
            job["time_windows"] = [[first, first + 1_200], [second, second + 1_200]]
        if self.has("capacity"):
            job["delivery"] = [rng.randint(0, 4), rng.randint(1, 6)]
        if self.has("pickups"):
            job["pickup"] = [rng.randint(0, 4), rng.randint(0, 6)]
        return job

    def shipment(self, number: int) -> dict[str, Any]:
        shipment = {"pickup": self.task(number), "delivery": self.task(number), **self.shared_rules()}
        if self.has("capacity") or self.has("pickups"):
            shipment["amount"] = [self.rng.randint(0, 5), self.rng.randint(1, 8)]
        return shipment
