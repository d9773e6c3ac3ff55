// A checked problem, as the search reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "api.h"

namespace sisr {

using std::size_t;

using Cost = int64_t;
constexpr int kNever = SISR_NEVER;

template <class T>
using List = std::vector<T>;

inline std::size_t at(int index) { return static_cast<size_t>(index); }

struct Window {
  int open, close;
};

/// When service may start. Most tasks have one window; others have a list of them, ascending and disjoint.
struct Opening {
  int open = 0, close = kNever;
  const Window* more = nullptr;  // all windows, if there is more than one
  int count = 1;

  /// The first moment from `arrival` on at which service may start; kNever if there is none.
  int start(int arrival) const {
    if (more == nullptr) return arrival > close ? kNever : (arrival > open ? arrival : open);
    for (int i = 0; i < count; ++i) {
      if (arrival <= more[i].close) return arrival > more[i].open ? arrival : more[i].open;
    }
    return kNever;
  }

  /// The last moment up to `limit` at which service may start; -1 if there is none.
  int last_start(int limit) const {
    if (more == nullptr) return limit < open ? -1 : (limit < close ? limit : close);
    for (int i = count - 1; i >= 0; --i) {
      if (limit >= more[i].open) return limit < more[i].close ? limit : more[i].close;
    }
    return -1;
  }
};

/// The legs of vehicles that travel alike, from each place to each other and the other way round.
struct Legs {
  int places = 0;
  List<int> durations, durations_to, costs, costs_to, distances;

  int duration(int from, int to) const { return durations[at(from) * at(places) + at(to)]; }
  int cost(int from, int to) const { return costs[at(from) * at(places) + at(to)]; }
  int distance(int from, int to) const { return distances[at(from) * at(places) + at(to)]; }
  /// The costs of the legs from a place, and to it.
  const int* cost_from(int place) const { return &costs[at(place) * at(places)]; }
  const int* cost_to(int place) const { return &costs_to[at(place) * at(places)]; }
  const int* duration_from(int place) const { return &durations[at(place) * at(places)]; }
  const int* duration_to(int place) const { return &durations_to[at(place) * at(places)]; }
};

struct Break {
  int length;
  Opening opening;
  List<int> max_load;
};

struct Reload {
  int place, length;
};

/// Vehicles that are alike.
struct Kind {
  int matrix, type, start, end, earliest, latest;
  int max_tasks, max_travel, max_distance, shift, max_overtime, max_reloads;
  Cost fixed_cost;  // of using a vehicle, with the time of its breaks
  Cost work_cost, overtime_cost;
  List<int> capacity;
  List<Break> breaks;
  bool limits_loads_at_breaks;
  List<Reload> reloads;
  List<int> vehicles;
};

struct Problem {
  explicit Problem(const sisr_problem& given);

  int tasks, amounts, vehicles;
  List<Legs> legs;
  List<int> place, partner, priority, release;
  List<uint8_t> is_pickup;
  List<Opening> opening;
  List<List<int>> setup, service;  // [type][task]
  List<int> unloaded, loaded;      // [task * amounts + amount]
  List<Kind> kinds;
  List<int> kind_of;
  List<uint8_t> allowed;  // [kind * tasks + task]
  Cost balance_cost, compact_cost;
  List<int> use;          // [task], if use is not time
  List<List<int>> near;   // [task]: its near tasks, and those that it is near to; some are both, and twice in it

  bool timed;         // something binds in time, or a leg is closed
  bool mixed;         // loads rise and fall along a route
  bool paired;        // there are shipments
  bool rich;          // breaks, reloads, releases or overtime
  bool limited;       // limits of travel time or distance
  bool works;         // time at tasks costs something
  bool place_setups;  // a setup may be skipped, because the stop before is at the same place
  bool prioritised;   // priorities differ
  bool priced;        // the whole plan has prices
  bool balances_time; // the use of a vehicle is its time

  bool may_serve(int kind, int task) const { return allowed[at(kind) * at(tasks) + at(task)] != 0; }

  /// What a task adds to the use of its vehicle, beside time.
  int use_of(int task) const { return use.empty() ? 0 : use[at(task)]; }

  /// Time on the spot at a task, for a vehicle that comes from a place.
  int action(int type, int task, int from) const {
    const int served = service[at(type)][at(task)];
    return from == place[at(task)] ? served : served + setup[at(type)][at(task)];
  }

 private:
  List<Window> windows_;

  void read_tasks(const sisr_problem& given);
  void read_kinds(const sisr_problem& given);
  void read_legs(const sisr_problem& given);
  void read_plan_prices(const sisr_problem& given);
  Opening read_opening(const sisr_ints& open, const sisr_ints& close, int begin, int end);
  void find_features();
  bool has_place_setups() const;
};

}  // namespace sisr
