"""Realistic problems with all of VROOM's features; the same seed gives the same problem.

The numbers fit together: vehicles carry a little more than there is to carry, and working hours and limits
allow a little more time and distance than routes through neighbouring stops take.
"""

import random
from functools import cached_property
from typing import Any

from milkrun.schema.problem import Problem
from tests.solver.generated.features import random_features
from tests.solver.generated.town import Town
from tests.solver.problems import problem_of

SMALL, LARGE = (5, 49), (50, 150)
"""The range of orders, which are jobs or shipments, in small and in large problems."""

_SPEEDS = {"car": 9.0, "truck": 6.5}
"""Metres per second on the streets."""
_SPEED_KMH = 25
_NOBODYS_SKILL = 99
_TYPES = ("van", "bike")


class Case:
    """One generated problem.

    Args:
        seed: The source of all chance.
        orders: The least and the most orders; by default half of all seeds give a small and half a large
            problem.

    Attributes:
        features: The features of the problem.
        body: The problem as JSON.
    """

    def __init__(self, seed: int, orders: tuple[int, int] | None = None) -> None:
        rng = random.Random(f"generated {seed}")
        self.seed = seed
        self.features = random_features(rng)
        self.orders = rng.randint(*(orders or (SMALL if rng.random() < 0.5 else LARGE)))
        self.body = _Maker(rng, self.features, self.orders).body()

    @cached_property
    def problem(self) -> Problem:
        """The problem, parsed and checked."""
        return problem_of(self.body)


class _Maker:
    def __init__(self, rng: random.Random, features: set[str], orders: int) -> None:
        self.rng = rng
        self.features = features
        self.town = Town(rng, rng.randint(2, 6) if self.has("clusters") else 0)
        self.shipments = max(1, round(orders * rng.uniform(0.2, 0.6))) if self.has("shipments") else 0
        self.jobs = orders - self.shipments
        self.count = max(2, round(orders / rng.uniform(6, 14)))
        self.depots = [self.town.new_place() for _ in range(3 if self.has("several depots") else 1)]
        self.stops: list[int] = []
        self.dimensions = rng.randint(1, 3)
        self.service = rng.choice((60, 180, 400))
        self._lay_stops()
        self._size_routes()

    def has(self, feature: str) -> bool:
        return feature in self.features

    def _lay_stops(self) -> None:
        """Gives each job and each end of a shipment a place, now and then one that has a stop already."""
        shared = 0.0 if self.has("setups") else 0.05
        if self.has("setups at shared places"):
            shared = 0.35
        for _ in range(self.jobs + 2 * self.shipments):
            again = self.stops and self.rng.random() < shared
            self.stops.append(self.rng.choice(self.stops) if again else self.town.new_place())

    def _size_routes(self) -> None:
        """Estimates the metres and seconds of a route, and sets the length of the day to match."""
        tour = self.town.tour_metres(self.depots + self.stops) * (1.5 if self.has("shipments") else 1.15)
        to_depot = self.town.tour_metres([self.depots[0], self.stops[0]])
        self.metres = tour / self.count + to_depot
        work = len(self.stops) / self.count * self.service * (1.4 if self.has("setups") else 1)
        self.seconds = self.metres / (_SPEEDS["truck"] if self.has("profiles") else 7) + work
        self.day = round(max(7_200, self.seconds * self.rng.uniform(1.4, 2.2)))

    def body(self) -> dict[str, Any]:
        jobs = [self.job(number) for number in range(1, self.jobs + 1)]
        shipments = [self.shipment(number) for number in range(1, self.shipments + 1)]
        if self.has("infeasible tasks"):
            for order in self.rng.sample([*jobs, *shipments], min(2, self.jobs + self.shipments)):
                order["skills"] = [_NOBODYS_SKILL]
        vehicles = self.vehicles(jobs, shipments)
        body: dict[str, Any] = {"vehicles": vehicles, "jobs": jobs, "shipments": shipments}
        if self.has("great circle"):
            return {**body, "options": {"speed_kmh": _SPEED_KMH}}
        profiles = sorted({vehicle.get("profile", "car") for vehicle in vehicles})
        matrices = {name: self.town.matrices(_SPEEDS[name], self.has("custom costs")) for name in profiles}
        return {**body, "matrices": matrices}

    def place(self, number: int, prefix: str = "location") -> dict[str, Any]:
        if self.has("great circle"):
            return {prefix: self.town.coordinates(number)}
        return {"location_index" if prefix == "location" else f"{prefix}_index": number}

    def window(self, width: float, after: int = 0) -> list[int]:
        """A window of about this share of the day that does not open before `after`."""
        length = round(self.day * self.rng.uniform(0.6, 1.4) * width)
        start = self.rng.randint(after, max(after, round(0.85 * self.day) - length))
        return [start, start + length]

    def task(self, number: int) -> dict[str, Any]:
        rng = self.rng
        task = {"id": number, **self.place(self.stops.pop())}
        task["service"] = round(self.service * rng.uniform(0.5, 1.5))
        if self.has("setups"):
            task["setup"] = rng.choice((0, self.service // 2, self.service))
        if self.has("types") and rng.random() < 0.5:
            task["service_per_type"] = {"bike": round(task["service"] * 1.5)}
            if self.has("setups"):
                task["setup_per_type"] = {"van": self.service // 3}
        return task

    def windows(self, several: bool) -> list[list[int]]:
        if several and self.rng.random() < 0.5:
            first = self.window(0.15)
            second = self.window(0.15, after=first[1] + self.day // 10)
            return [first, second]
        return [self.window(0.3)] if self.has("windows") and self.rng.random() < 0.7 else []

    def rules(self) -> dict[str, Any]:
        rng = self.rng
        rules: dict[str, Any] = {}
        if self.has("skills") and rng.random() < 0.4:
            rules["skills"] = sorted(rng.sample((1, 2, 3), rng.choice((1, 1, 2))))
        if self.has("priorities"):
            rules["priority"] = rng.choice((0, 0, 0, 1, 10, 100))
        return rules

    def amount(self) -> list[int]:
        return [self.rng.choice((0, *range(1, 20))) if i else self.rng.randint(1, 20)
                for i in range(self.dimensions)]  # fmt: skip

    def job(self, number: int) -> dict[str, Any]:
        job = {**self.task(number), **self.rules()}
        if windows := self.windows(self.has("several windows")):
            job["time_windows"] = windows
        brings = self.has("pickups") and self.rng.random() < 0.4
        if self.has("capacity") and not (brings and self.rng.random() < 0.5):
            job["delivery"] = self.amount()
        if brings and self.has("capacity"):
            job["pickup"] = self.amount()
        return job

    def shipment(self, number: int) -> dict[str, Any]:
        shipment = {"pickup": self.task(number), "delivery": self.task(number), **self.rules()}
        several = self.has("shipments with several windows")
        ends = sorted((self.windows(several), self.windows(several)))
        for end, windows in zip(("pickup", "delivery"), ends, strict=True):
            if windows:
                shipment[end]["time_windows"] = windows
        if self.has("capacity"):
            shipment["amount"] = self.amount()
        return shipment

    def vehicles(self, jobs: list[dict[str, Any]], shipments: list[dict[str, Any]]) -> list[dict[str, Any]]:
        amounts = [job.get("delivery") or job.get("pickup") for job in jobs]
        amounts += [shipment.get("amount") for shipment in shipments]
        loads = [amount for amount in amounts if amount]
        room = self.rng.uniform(1.1, 1.6) / self.count * (0.6 if self.has("too few vehicles") else 1)
        carried = [round(room * sum(load[i] for load in loads)) + 20 for i in range(self.dimensions)]
        spare = 0 if self.has("too few vehicles") else 1 + self.count // 6
        return [self.vehicle(number, carried) for number in range(1, self.count + spare + 1)]

    def vehicle(self, number: int, carried: list[int]) -> dict[str, Any]:
        rng = self.rng
        depot = rng.choice(self.depots)
        vehicle: dict[str, Any] = {"id": number, **self.place(depot, "start"), **self.place(depot, "end")}
        if self.has("open routes") and rng.random() < 0.6:
            gone = rng.choice(("start", "end", "end"))
            vehicle = {key: value for key, value in vehicle.items() if not key.startswith(gone)}
        size = rng.choice((0.6, 1.0, 1.5)) if self.has("mixed fleet") else 1.0
        if self.has("capacity"):
            vehicle["capacity"] = [max(20, round(size * amount)) for amount in carried]
        if self.has("working hours"):
            vehicle["time_window"] = [round(self.day * rng.choice((0, 0, 0.15))), self.day]
        if self.has("skills"):
            vehicle["skills"] = [skill for skill in (1, 2, 3) if rng.random() < 0.65]
        if self.has("types"):
            vehicle["type"] = rng.choice(_TYPES)
        if self.has("speed"):
            vehicle["speed_factor"] = rng.choice((0.75, 0.9, 1.0, 1.25))
        if self.has("profiles"):
            vehicle["profile"] = rng.choice(tuple(_SPEEDS))
        if self.has("breaks"):
            vehicle["breaks"] = self.breaks(vehicle)
        return {**vehicle, **self.limits(), "costs": self.costs(size)}

    def limits(self) -> dict[str, int]:
        tasks = self.jobs + 2 * self.shipments
        limits = {}
        if self.has("max tasks"):
            limits["max_tasks"] = max(2, round(tasks / self.count * self.rng.uniform(1.1, 1.5)))
        if self.has("max travel time"):
            limits["max_travel_time"] = round(self.metres / 7 * self.rng.uniform(1.2, 1.9))
        if self.has("max distance"):
            limits["max_distance"] = round(self.metres * self.rng.uniform(1.2, 1.9))
        return limits

    def costs(self, size: float) -> dict[str, int]:
        rng = self.rng
        costs: dict[str, int] = {}
        if self.has("fixed costs"):
            costs["fixed"] = round(size * rng.choice((500, 2_000, 6_000)))
        if self.has("hour costs"):
            costs["per_hour"] = round(size * rng.choice((2_500, 3_000, 4_200)))
        if self.has("km costs"):
            costs["per_km"] = round(size * rng.choice((80, 150, 300)))
        if self.has("distance alone costs"):
            costs.update(per_hour=0, per_km=round(size * 200))
        if self.has("task costs"):
            costs["per_task_hour"] = round(size * 2_400)
        return costs

    def breaks(self, vehicle: dict[str, Any]) -> list[dict[str, Any]]:
        """One to three breaks, each at another time of day."""
        breaks = []
        for number in range(self.rng.choice((1, 1, 2, 3))):
            opens = round(self.day * (0.2 + 0.25 * number))
            windows = [[opens, opens + self.day // 10]]
            if self.rng.random() < 0.3:
                windows.append([opens + self.day // 7, opens + self.day // 6])
            pause = {"id": number + 1, "service": self.day // 30, "time_windows": windows}
            if self.has("breaks with max load") and self.rng.random() < 0.6:
                pause["max_load"] = [round(0.6 * amount) for amount in vehicle["capacity"]]
            breaks.append(pause)
        return breaks
