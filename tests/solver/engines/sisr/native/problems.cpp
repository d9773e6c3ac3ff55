#include "problems.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>

namespace driver {
namespace {

constexpr int32_t kDay = 30'000;
constexpr int32_t kLeg = 1'000;

using Ints = sisr_ints sisr_problem::*;
using Numbers = std::vector<int32_t>;

constexpr int32_t sisr_problem::* kCounts[] = {
    &sisr_problem::tasks, &sisr_problem::places, &sisr_problem::matrices, &sisr_problem::amounts,
    &sisr_problem::types, &sisr_problem::kinds, &sisr_problem::vehicles, &sisr_problem::fewest_routes,
    &sisr_problem::most_routes,
};
constexpr Ints kInts[] = {
    &sisr_problem::durations, &sisr_problem::costs, &sisr_problem::distances, &sisr_problem::slot_begin,
    &sisr_problem::slot_start, &sisr_problem::slot_durations, &sisr_problem::task_place,
    &sisr_problem::partner, &sisr_problem::priority, &sisr_problem::release, &sisr_problem::setup,
    &sisr_problem::service, &sisr_problem::window_begin, &sisr_problem::window_open,
    &sisr_problem::window_close, &sisr_problem::soft_start, &sisr_problem::soft_end, &sisr_problem::unloaded,
    &sisr_problem::loaded, &sisr_problem::kind_of, &sisr_problem::kind_matrix, &sisr_problem::kind_type,
    &sisr_problem::kind_start, &sisr_problem::kind_end, &sisr_problem::kind_earliest,
    &sisr_problem::kind_latest, &sisr_problem::kind_capacity, &sisr_problem::kind_max_tasks,
    &sisr_problem::kind_max_travel, &sisr_problem::kind_max_distance, &sisr_problem::kind_shift,
    &sisr_problem::kind_max_overtime, &sisr_problem::kind_max_duration, &sisr_problem::kind_max_driving,
    &sisr_problem::kind_rest, &sisr_problem::kind_rest_first, &sisr_problem::kind_rest_second,
    &sisr_problem::kind_driven, &sisr_problem::break_begin, &sisr_problem::break_length,
    &sisr_problem::break_max_load, &sisr_problem::break_window_begin, &sisr_problem::break_window_open,
    &sisr_problem::break_window_close, &sisr_problem::reload_begin, &sisr_problem::reload_place,
    &sisr_problem::reload_length, &sisr_problem::kind_max_reloads, &sisr_problem::balance_use,
    &sisr_problem::near_begin, &sisr_problem::near, &sisr_problem::relation_type,
    &sisr_problem::relation_begin, &sisr_problem::relation_task, &sisr_problem::first_begin,
    &sisr_problem::first_visit,
};
constexpr sisr_longs sisr_problem::* kLongs[] = {
    &sisr_problem::early_cost, &sisr_problem::late_cost, &sisr_problem::kind_fixed_cost,
    &sisr_problem::kind_work_cost, &sisr_problem::kind_overtime_cost, &sisr_problem::kind_travel_cost,
    &sisr_problem::balance_cost, &sisr_problem::compact_cost,
};
constexpr sisr_bytes sisr_problem::* kBytes[] = {
    &sisr_problem::is_pickup, &sisr_problem::allowed, &sisr_problem::required,
};
static_assert(offsetof(sisr_problem, durations) - sizeof(int32_t) * std::size(kCounts) < alignof(sisr_ints) &&
                  sizeof(sisr_problem) - offsetof(sisr_problem, durations) ==
                      sizeof(sisr_ints) * (std::size(kInts) + std::size(kLongs) + std::size(kBytes)),
              "the lists above have all numbers and arrays of a problem");

/// `size` numbers, each of `least` to `most`; `share` percent of them are `otherwise`.
Numbers some(Chance& chance, int64_t size, int32_t least, int32_t most, int32_t share = 0,
             int32_t otherwise = 0) {
  Numbers numbers(static_cast<size_t>(size));
  for (int32_t& number : numbers) {
    number = chance.percent(share) ? otherwise : chance.number(least, most);
  }
  return numbers;
}

/// The bounds of `lists` lists, each of `least` to `most` items.
Numbers bounds(Chance& chance, int32_t lists, int32_t least, int32_t most) {
  Numbers begin{0};
  for (int32_t list = 0; list < lists; ++list) begin.push_back(begin.back() + chance.number(least, most));
  return begin;
}

/// Opening and closing times of lists of windows, which are in order and apart.
void fill_windows(Chance& chance, const Numbers& begin, Numbers& open, Numbers& close) {
  for (size_t list = 0; list + 1 < begin.size(); ++list) {
    int32_t now = chance.number(0, kDay / 2);
    for (int32_t i = begin[list]; i < begin[list + 1]; ++i) {
      open.push_back(now);
      close.push_back(now + chance.number(0, kDay / 4));
      now = close.back() + chance.number(1, kDay / 4);
    }
  }
}

template <class T>
T hostile(Chance& chance) {
  using Limits = std::numeric_limits<T>;
  return chance.one_of<T>({Limits::min(), Limits::max(), static_cast<T>(-1), 0, 1, 2, static_cast<T>(SISR_NEVER),
                           static_cast<T>(SISR_NEVER + 1), static_cast<T>(Limits::max() - 1),
                           static_cast<T>(chance.number(-1000, 1000))});
}

}  // namespace

Problem::Problem(Chance& chance) {
  given_.tasks = chance.number(1, 10);
  given_.places = chance.number(2, given_.tasks + 2);
  given_.matrices = chance.number(1, 2);
  given_.amounts = chance.number(0, 2);
  given_.types = chance.number(1, 2);
  given_.kinds = chance.number(1, 2);
  given_.vehicles = chance.number(1, 4);
  given_.fewest_routes = chance.percent(20) ? chance.number(1, given_.vehicles) : 0;
  given_.most_routes = chance.percent(20) ? chance.number(std::max(1, given_.fewest_routes), given_.vehicles)
                                          : given_.vehicles;
  make_legs(chance);
  make_slots(chance);
  make_tasks(chance);
  make_windows(chance);
  make_soft_windows(chance);
  make_kinds(chance);
  make_driver_rules(chance);
  make_breaks(chance);
  make_reloads(chance);
  make_plan_prices(chance);
  make_relations(chance);
  make_firsts(chance);
}

template <class Array>
void Problem::set(Array sisr_problem::*array, const std::vector<Item<Array>>& values) {
  std::shared_ptr<Item<Array>[]> copy(new Item<Array>[values.size()]);
  std::copy(values.begin(), values.end(), copy.get());
  (given_.*array).data = copy.get();
  (given_.*array).size = static_cast<int64_t>(values.size());
  kept_.push_back(copy);
}

void Problem::make_legs(Chance& chance) {
  const int64_t cells = int64_t{given_.matrices} * given_.places * given_.places;
  const int32_t closed = chance.percent(20) ? 10 : 0;
  set(&sisr_problem::durations, some(chance, cells, 0, kLeg, closed, SISR_NEVER));
  set(&sisr_problem::costs, some(chance, cells, 0, kLeg));
  set(&sisr_problem::distances, some(chance, chance.percent(50) ? cells : 0, 0, kLeg));
}

/// The legs of some matrices take longer at some times of the day. Closed ones stay closed.
void Problem::make_slots(Chance& chance) {
  const int64_t cells = int64_t{given_.places} * given_.places;
  const Numbers begin = bounds(chance, given_.matrices, 0, chance.percent(30) ? 3 : 0);
  Numbers start, durations;
  Numbers least(given_.durations.data, given_.durations.data + given_.durations.size);
  for (int32_t matrix = 0; matrix < given_.matrices; ++matrix) {
    int32_t now = 0;
    for (int32_t slot = begin[static_cast<size_t>(matrix)]; slot < begin[static_cast<size_t>(matrix) + 1]; ++slot) {
      start.push_back(now);
      now += chance.number(0, kDay / 4);
      const bool is_first = slot == begin[static_cast<size_t>(matrix)];
      for (int64_t cell = matrix * cells; cell < (matrix + 1) * cells; ++cell) {
        int32_t& shortest = least[static_cast<size_t>(cell)];
        durations.push_back(shortest == SISR_NEVER ? SISR_NEVER : chance.number(0, 2 * kLeg));
        shortest = is_first ? durations.back() : std::min(shortest, durations.back());
      }
    }
  }
  set(&sisr_problem::durations, least);
  set(&sisr_problem::slot_begin, begin);
  set(&sisr_problem::slot_start, start);
  set(&sisr_problem::slot_durations, durations);
}

void Problem::make_tasks(Chance& chance) {
  const int32_t tasks = given_.tasks;
  Numbers partner(static_cast<size_t>(tasks), -1);
  std::vector<uint8_t> is_pickup(static_cast<size_t>(tasks), 0);
  const int32_t share = chance.one_of<int32_t>({0, 50, 100});
  for (int32_t task = 0; task + 1 < tasks; ++task) {
    const size_t one = static_cast<size_t>(task);
    if (partner[one] >= 0 || !chance.percent(share)) continue;
    partner[one] = task + 1;
    partner[one + 1] = task;
    is_pickup[one + (chance.percent(50) ? 1 : 0)] = 1;
  }
  const bool has_release = chance.percent(20), has_setup = chance.percent(50);
  set(&sisr_problem::partner, partner);
  set(&sisr_problem::is_pickup, is_pickup);
  set(&sisr_problem::task_place, some(chance, tasks, 0, given_.places - 1));
  set(&sisr_problem::priority, some(chance, tasks, 0, 100, 70, 0));
  set(&sisr_problem::release, some(chance, tasks, 0, has_release ? kDay / 4 : 0));
  set(&sisr_problem::setup, some(chance, int64_t{given_.types} * tasks, 0, has_setup ? 300 : 0));
  set(&sisr_problem::service, some(chance, int64_t{given_.types} * tasks, 0, 300));
  set(&sisr_problem::unloaded, some(chance, int64_t{tasks} * given_.amounts, 0, 3));
  set(&sisr_problem::loaded, some(chance, int64_t{tasks} * given_.amounts, 0, 3, 50, 0));
}

void Problem::make_windows(Chance& chance) {
  const int32_t most = chance.number(0, 3);
  const Numbers begin = bounds(chance, given_.tasks, std::min(most, 1), most);
  Numbers open, close;
  fill_windows(chance, begin, open, close);
  set(&sisr_problem::window_begin, begin);
  set(&sisr_problem::window_open, open);
  set(&sisr_problem::window_close, close);
}

void Problem::make_soft_windows(Chance& chance) {
  const int32_t most = chance.percent(30) ? 3 : 0;
  Numbers start = some(chance, given_.tasks, 0, kDay / 2), end = start;
  for (int32_t& moment : end) moment += chance.number(0, kDay / 4);
  const auto costs = [&] {
    const Numbers numbers = some(chance, given_.tasks, 0, most, 50, 0);
    return std::vector<int64_t>(numbers.begin(), numbers.end());
  };
  set(&sisr_problem::soft_start, start);
  set(&sisr_problem::soft_end, end);
  set(&sisr_problem::early_cost, costs());
  set(&sisr_problem::late_cost, costs());
}

void Problem::make_kinds(Chance& chance) {
  const int32_t kinds = given_.kinds;
  const auto limits = [&](int32_t most) {
    return some(chance, kinds, 0, most, chance.one_of<int32_t>({30, 100}), SISR_NEVER);
  };
  const auto costs = [&](int32_t most) {
    const Numbers numbers = some(chance, kinds, 0, most, 50, 0);
    return std::vector<int64_t>(numbers.begin(), numbers.end());
  };
  const Numbers allowed = some(chance, int64_t{kinds} * given_.tasks, 0, 1, 80, 1);
  set(&sisr_problem::kind_of, some(chance, given_.vehicles, 0, kinds - 1));
  set(&sisr_problem::kind_matrix, some(chance, kinds, 0, given_.matrices - 1));
  set(&sisr_problem::kind_type, some(chance, kinds, 0, given_.types - 1));
  set(&sisr_problem::kind_start, some(chance, kinds, 0, given_.places - 1));
  set(&sisr_problem::kind_end, some(chance, kinds, 0, given_.places - 1));
  set(&sisr_problem::kind_earliest, some(chance, kinds, 0, kDay / 4, 50, 0));
  set(&sisr_problem::kind_latest, some(chance, kinds, 0, kDay, 50, SISR_NEVER - 1));
  set(&sisr_problem::kind_capacity, some(chance, int64_t{kinds} * given_.amounts, 0, 12));
  set(&sisr_problem::kind_max_tasks, limits(given_.tasks));
  set(&sisr_problem::kind_max_travel, limits(8 * kLeg));
  set(&sisr_problem::kind_max_distance, given_.distances.size > 0 ? limits(8 * kLeg) : some(chance, kinds, SISR_NEVER, SISR_NEVER));
  set(&sisr_problem::kind_shift, limits(8 * kLeg));
  set(&sisr_problem::kind_max_overtime, limits(4 * kLeg));
  set(&sisr_problem::kind_max_duration, limits(12 * kLeg));
  set(&sisr_problem::kind_fixed_cost, costs(5 * kLeg));
  set(&sisr_problem::kind_work_cost, costs(3));
  set(&sisr_problem::kind_overtime_cost, costs(3));
  set(&sisr_problem::kind_travel_cost, costs(3));
  set(&sisr_problem::allowed, std::vector<uint8_t>(allowed.begin(), allowed.end()));
}

void Problem::make_driver_rules(Chance& chance) {
  const int32_t kinds = given_.kinds, none = chance.percent(30) ? 30 : 100;
  const int32_t parts = chance.percent(50) ? 300 : 0;
  const Numbers most = some(chance, kinds, kLeg, 4 * kLeg, none, SISR_NEVER);
  Numbers driven;
  for (int32_t driving : most) driven.push_back(chance.percent(50) ? chance.number(0, driving) : 0);
  set(&sisr_problem::kind_max_driving, most);
  set(&sisr_problem::kind_rest, some(chance, kinds, 0, 500));
  set(&sisr_problem::kind_rest_first, some(chance, kinds, 0, parts));
  set(&sisr_problem::kind_rest_second, some(chance, kinds, 0, parts));
  set(&sisr_problem::kind_driven, driven);
}

void Problem::make_breaks(Chance& chance) {
  const Numbers begin = bounds(chance, given_.kinds, 0, chance.number(0, 3));
  const int32_t breaks = begin.back();
  const Numbers window_begin = bounds(chance, breaks, 1, 2);
  Numbers open, close;
  fill_windows(chance, window_begin, open, close);
  set(&sisr_problem::break_begin, begin);
  set(&sisr_problem::break_length, some(chance, breaks, 0, 1'000));
  set(&sisr_problem::break_max_load, some(chance, int64_t{breaks} * given_.amounts, 0, 12, 70, SISR_NEVER));
  set(&sisr_problem::break_window_begin, window_begin);
  set(&sisr_problem::break_window_open, open);
  set(&sisr_problem::break_window_close, close);
}

void Problem::make_reloads(Chance& chance) {
  const Numbers begin = bounds(chance, given_.kinds, 0, chance.percent(30) ? 2 : 0);
  set(&sisr_problem::reload_begin, begin);
  set(&sisr_problem::reload_place, some(chance, begin.back(), 0, given_.places - 1));
  set(&sisr_problem::reload_length, some(chance, begin.back(), 0, 300));
  set(&sisr_problem::kind_max_reloads, some(chance, given_.kinds, 0, 3, 30, SISR_NEVER));
}

void Problem::make_plan_prices(Chance& chance) {
  const auto cost = [&] { return std::vector<int64_t>{chance.percent(50) ? chance.number(1, 5 * kLeg) : 0}; };
  const Numbers begin = bounds(chance, given_.tasks, 0, chance.percent(70) ? 5 : 0);
  set(&sisr_problem::balance_cost, cost());
  set(&sisr_problem::balance_use, some(chance, chance.percent(50) ? given_.tasks : 0, 0, 5));
  set(&sisr_problem::compact_cost, cost());
  set(&sisr_problem::near_begin, begin);
  set(&sisr_problem::near, some(chance, begin.back(), 0, given_.tasks - 1));
}

/// Whether a task may follow the tasks of a relation, which begin at `begin`: not if that contradicts its shipment.
bool Problem::may_join(int32_t task, int32_t type, int32_t begin, const Numbers& members) const {
  const bool is_apart = type == SISR_DIFFERENT_VEHICLES || type == SISR_NOT_TOGETHER;
  const bool is_late = type != SISR_SAME_VEHICLE && given_.is_pickup.data[task];
  if (!is_apart && !is_late) return true;
  return std::find(members.begin() + begin, members.end(), given_.partner.data[task]) == members.end();
}

void Problem::make_relations(Chance& chance) {
  Numbers type, begin{0}, members;
  for (int32_t relations = chance.percent(40) ? chance.number(1, 3) : 0; relations > 0; --relations) {
    type.push_back(chance.number(SISR_SAME_VEHICLE, SISR_NOT_TOGETHER));
    for (int32_t task = 0; task < given_.tasks; ++task) {
      if (chance.percent(30) && may_join(task, type.back(), begin.back(), members)) members.push_back(task);
    }
    begin.push_back(static_cast<int32_t>(members.size()));
  }
  set(&sisr_problem::relation_type, type);
  set(&sisr_problem::relation_begin, begin);
  set(&sisr_problem::relation_task, members);
}

/// Some problems have a kind of one vehicle whose route begins with some of the tasks that only it may serve.
void Problem::make_firsts(Chance& chance) {
  const int32_t tasks = given_.tasks, kinds = given_.kinds;
  std::vector<uint8_t> required(static_cast<size_t>(tasks), 0);
  Numbers begin(static_cast<size_t>(kinds) + 1, 0), visits;
  const int32_t chosen = chance.number(0, kinds - 1);
  const int32_t* kind_of = given_.kind_of.data;
  const bool has_firsts = chance.percent(30) && std::count(kind_of, kind_of + given_.vehicles, chosen) == 1;
  const auto is_its_own = [&](int32_t task) {
    for (int32_t kind = 0; kind < kinds; ++kind) {
      if (kind != chosen && given_.allowed.data[kind * tasks + task]) return false;
    }
    return true;
  };
  for (int32_t task = 0; has_firsts && task < tasks; ++task) {
    const int32_t other = given_.partner.data[task] < 0 ? task : given_.partner.data[task];
    if (!is_its_own(task) || !is_its_own(other) || !chance.percent(50)) continue;
    const int32_t reloads = given_.reload_begin.data[chosen + 1] - given_.reload_begin.data[chosen];
    if (reloads > 0 && chance.percent(20)) visits.push_back(-chance.number(1, reloads));
    visits.push_back(task);
    required[static_cast<size_t>(task)] = required[static_cast<size_t>(other)] = 1;
  }
  std::fill(begin.begin() + chosen + 1, begin.end(), static_cast<int32_t>(visits.size()));
  set(&sisr_problem::required, required);
  set(&sisr_problem::first_begin, begin);
  set(&sisr_problem::first_visit, visits);
}

void Problem::spoil(Chance& chance) {
  switch (chance.number(0, 5)) {
    case 0:
      given_.*chance.one_of(kCounts) = hostile<int32_t>(chance);
      break;
    case 1:
      spoil(chance.one_of(kLongs), chance);
      break;
    case 2:
      spoil(chance.one_of(kBytes), chance);
      break;
    default:
      spoil(chance.one_of(kInts), chance);
  }
}

template <class Array>
void Problem::spoil(Array sisr_problem::*array, Chance& chance) {
  Array& spoilt = given_.*array;
  if (spoilt.data == nullptr || spoilt.size < 0) return;  // as spoilt as it can be
  std::vector<Item<Array>> values(spoilt.data, spoilt.data + spoilt.size);
  switch (chance.number(0, 9)) {
    case 0:
      spoilt.data = nullptr;
      return;
    case 1:
      spoilt.size = chance.one_of<int64_t>({std::numeric_limits<int64_t>::min(), -1, int64_t{INT32_MIN}});
      return;
    case 2:
      values.clear();
      break;
    case 3:
      values.push_back(hostile<Item<Array>>(chance));
      break;
    case 4:
      if (!values.empty()) values.pop_back();
      break;
    default:
      if (!values.empty()) {
        values[static_cast<size_t>(chance.number(0, static_cast<int32_t>(values.size()) - 1))] =
            hostile<Item<Array>>(chance);
      }
  }
  set(array, values);
}

}  // namespace driver
