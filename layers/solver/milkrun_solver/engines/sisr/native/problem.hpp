// A checked problem, as the search reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
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

  Window window(int number) const { return more == nullptr ? Window{open, close} : more[number]; }

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
  const int* durations = nullptr;
  const int* durations_to = nullptr;
  const int* costs = nullptr;
  const int* costs_to = nullptr;
  List<int> distances;
  bool closed = false;             // whether any leg is
  List<int> slot_start;            // empty if durations are the same at all times
  List<List<int>> slot_durations;  // [slot]

  int duration(int from, int to) const { return durations[at(from) * at(places) + at(to)]; }
  int cost(int from, int to) const { return costs[at(from) * at(places) + at(to)]; }
  int distance(int from, int to) const { return distances[at(from) * at(places) + at(to)]; }
  /// When a vehicle arrives that leaves at `departure`. It changes its speed where one slot ends and the next begins:
  /// S. Ichoua, M. Gendreau and J.-Y. Potvin, "Vehicle dispatching with time-dependent travel times", European Journal
  /// of Operational Research 144 (2003).
  int arrival(int from, int to, int departure) const;
  /// The costs of the legs from a place, and to it.
  const int* cost_from(int place) const { return costs + at(place) * at(places); }
  const int* cost_to(int place) const { return costs_to + at(place) * at(places); }
  const int* duration_from(int place) const { return durations + at(place) * at(places); }
  const int* duration_to(int place) const { return durations_to + at(place) * at(places); }
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
  int max_tasks, max_travel, max_distance, shift, max_overtime, max_duration, max_reloads;
  int most_busy;  // how long a route may travel and work at most
  int max_driving, rest, rest_first, rest_second, driven;  // the rules for its driver
  Cost fixed_cost;  // of using a vehicle, with the time of its breaks
  Cost work_cost, overtime_cost, travel_cost;
  List<int> capacity;
  List<Break> breaks;
  bool limits_loads_at_breaks;
  List<Reload> reloads;
  int last_first;              // the last of the tasks that a route begins with; -1 if there is none
  List<List<int>> first_reloads;  // reloads before each of these tasks, and behind the last; empty if there are none
  List<int> vehicles;
};

/// What some tasks have to do with each other, among those that are served. Types are those of api.h.
struct Relation {
  int type;
  List<int> tasks;

  bool is_on_one_vehicle() const {
    return type == SISR_SAME_VEHICLE || type == SISR_SEQUENCE || type == SISR_DIRECT_SEQUENCE;
  }
};

/// A task's place in a relation.
struct Membership {
  int relation, rank;
};

struct Problem {
  explicit Problem(const sisr_problem& given);
  Problem(const Problem&) = delete;
  Problem& operator=(const Problem&) = delete;

  int tasks, amounts, vehicles;
  List<Legs> legs;
  List<int> place, partner, priority, release;
  List<uint8_t> is_pickup;
  List<int> soft_start, soft_end;
  List<Cost> early_cost, late_cost;
  List<Opening> opening;
  List<List<int>> setup, service;  // [type][task]
  List<int> unloaded, loaded;      // [task * amounts + amount]
  List<Kind> kinds;
  List<int> kind_of;
  List<uint8_t> allowed;  // [kind * tasks + task]
  Cost balance_cost, compact_cost;
  List<int> use;          // [task], if use is not time
  List<List<int>> near;   // [task]: its near tasks, and those that it is near to; some are both, and twice in it
  int fewest_routes, most_routes;
  List<uint8_t> required;    // [task]: whether every plan serves it
  List<int> first_rank;      // [task]: its rank among the tasks that its route begins with; -1 if it is not one
  List<Relation> relations;
  List<List<Membership>> relations_of;  // [task]
  List<uint8_t> is_bound;               // [task]: whether it, or its other end, must be on the vehicle of others

  bool timed;         // something binds in time, or a leg is closed
  bool mixed;         // loads rise and fall along a route
  bool paired;        // there are shipments
  bool rich;          // what only the schedule of a whole route can tell
  bool times_cost;    // when something happens has a price
  bool has_moments;   // a task has a window, or the time of day matters
  bool limited;       // limits of travel, distance or time
  bool works;         // time at tasks costs something
  bool place_setups;  // a setup may be skipped, because the stop before is at the same place
  bool prioritised;   // priorities differ
  bool priced;        // the whole plan has prices
  bool balances_time; // the use of a vehicle is its time
  bool related;       // there are relations, or visits that a route begins with
  bool begins;        // there are visits that a route begins with
  bool requires_some; // there are tasks that every plan serves
  bool counts_routes; // a plan may have too few routes, or too many
  bool varied;        // vehicles differ
  bool choosy;        // it matters which vehicles have a route

  bool may_serve(int kind, int task) const { return allowed[at(kind) * at(tasks) + at(task)] != 0; }

  /// What a task adds to the use of its vehicle, beside time.
  int use_of(int task) const { return use.empty() ? 0 : use[at(task)]; }

  /// Whether a relation of a type has both tasks.
  bool share(int type, int task, int other) const {
    for (const Membership& mine : relations_of[at(task)]) {
      if (relations[at(mine.relation)].type == type && rank_in(mine.relation, other) >= 0) return true;
    }
    return false;
  }

  /// A task's rank in a relation; -1 if it has none.
  int rank_in(int relation, int task) const {
    for (const Membership& mine : relations_of[at(task)]) {
      if (mine.relation == relation) return mine.rank;
    }
    return -1;
  }

  /// Time on the spot at a task, for a vehicle that comes from a place.
  int action(int type, int task, int from) const {
    const int served = service[at(type)][at(task)];
    return from == place[at(task)] ? served : served + setup[at(type)][at(task)];
  }

 private:
  List<Window> windows_;
  std::list<List<int>> matrices_;

  const int* keep(List<int>&& cells);

  void read_tasks(const sisr_problem& given);
  void read_kinds(const sisr_problem& given);
  void read_firsts(const sisr_problem& given);
  void read_relations(const sisr_problem& given);
  void read_legs(const sisr_problem& given);
  void read_plan_prices(const sisr_problem& given);
  Opening read_opening(const sisr_ints& open, const sisr_ints& close, int begin, int end);
  void find_features();
  bool has_place_setups() const;
};

}  // namespace sisr
