#include "problem.hpp"

#include <algorithm>

namespace sisr {

int Legs::arrival(int from, int to, int departure) const {
  if (slot_start.empty()) return departure + duration(from, to);
  const size_t leg = at(from) * at(places) + at(to);
  size_t slot = 0;
  while (slot + 1 < slot_start.size() && slot_start[slot + 1] <= departure) ++slot;
  int now = departure, left = slot_durations[slot][leg];
  while (slot + 1 < slot_start.size() && now + left > slot_start[slot + 1]) {
    const int64_t rest = int64_t{left - (slot_start[slot + 1] - now)} * slot_durations[slot + 1][leg];
    const int64_t pace = slot_durations[slot][leg];
    left = static_cast<int>(std::min<int64_t>((rest + pace - 1) / pace, kNever));
    now = slot_start[++slot];
  }
  return std::min(now + left, kNever);
}

namespace {

List<int> copied(const sisr_ints& ints, int64_t begin, int64_t end) {
  return List<int>(ints.data + begin, ints.data + end);
}

List<int> copied(const sisr_ints& ints) { return copied(ints, 0, ints.size); }

List<int> transposed(const List<int>& cells, int size) {
  List<int> result(cells.size());
  constexpr int block = 32;  // both sides of the copy stay in the processor's cache
  for (int row = 0; row < size; row += block) {
    for (int column = 0; column < size; column += block) {
      for (int i = row; i < std::min(size, row + block); ++i) {
        for (int j = column; j < std::min(size, column + block); ++j) {
          result[at(j) * at(size) + at(i)] = cells[at(i) * at(size) + at(j)];
        }
      }
    }
  }
  return result;
}

}  // namespace

Problem::Problem(const sisr_problem& given)
    : tasks(given.tasks), amounts(given.amounts), vehicles(given.vehicles) {
  // Openings point into this list, so it never grows beyond what it reserves.
  windows_.reserve(static_cast<size_t>(given.window_open.size + given.break_window_open.size));
  read_legs(given);
  read_tasks(given);
  read_kinds(given);
  read_plan_prices(given);
  read_firsts(given);
  read_relations(given);
  fewest_routes = given.fewest_routes;
  most_routes = given.most_routes;
  find_features();
}

void Problem::read_legs(const sisr_problem& given) {
  const int64_t cells = static_cast<int64_t>(given.places) * given.places;
  for (int m = 0; m < given.matrices; ++m) {
    Legs one;
    one.places = given.places;
    const List<int> durations = copied(given.durations, m * cells, (m + 1) * cells);
    const List<int> costs = copied(given.costs, m * cells, (m + 1) * cells);
    one.durations_to = keep(transposed(durations, given.places));
    one.costs_to = keep(transposed(costs, given.places));
    one.durations = keep(List<int>(durations));
    one.costs = keep(List<int>(costs));
    one.closed = std::find(durations.begin(), durations.end(), kNever) != durations.end();
    if (given.distances.size > 0) one.distances = copied(given.distances, m * cells, (m + 1) * cells);
    for (int s = given.slot_begin.data[m]; s < given.slot_begin.data[m + 1]; ++s) {
      one.slot_start.push_back(given.slot_start.data[s]);
      one.slot_durations.push_back(copied(given.slot_durations, s * cells, (s + 1) * cells));
    }
    legs.push_back(std::move(one));
  }
}

/// Keeps a matrix once, however many uses it has: costs are often durations, and both may be symmetric.
const int* Problem::keep(List<int>&& cells) {
  for (const List<int>& known : matrices_) {
    if (known == cells) return known.data();
  }
  matrices_.push_back(std::move(cells));
  return matrices_.back().data();
}

void Problem::read_tasks(const sisr_problem& given) {
  place = copied(given.task_place);
  partner = copied(given.partner);
  priority = copied(given.priority);
  release = copied(given.release);
  is_pickup.assign(given.is_pickup.data, given.is_pickup.data + given.is_pickup.size);
  soft_start = copied(given.soft_start);
  soft_end = copied(given.soft_end);
  early_cost.assign(given.early_cost.data, given.early_cost.data + given.early_cost.size);
  late_cost.assign(given.late_cost.data, given.late_cost.data + given.late_cost.size);
  unloaded = copied(given.unloaded);
  loaded = copied(given.loaded);
  for (int type = 0; type < given.types; ++type) {
    const int64_t begin = static_cast<int64_t>(type) * tasks;
    setup.push_back(copied(given.setup, begin, begin + tasks));
    service.push_back(copied(given.service, begin, begin + tasks));
  }
  for (int task = 0; task < tasks; ++task) {
    opening.push_back(read_opening(given.window_open, given.window_close, given.window_begin.data[task],
                                   given.window_begin.data[task + 1]));
  }
}

Opening Problem::read_opening(const sisr_ints& open, const sisr_ints& close, int begin, int end) {
  Opening result;
  if (begin == end) return result;
  result.open = open.data[begin];
  result.close = close.data[end - 1];
  if (end - begin == 1) return result;
  const size_t first = windows_.size();
  for (int i = begin; i < end; ++i) windows_.push_back({open.data[i], close.data[i]});
  result.more = &windows_[first];
  result.count = end - begin;
  return result;
}

void Problem::read_kinds(const sisr_problem& given) {
  kind_of = copied(given.kind_of);
  allowed.assign(given.allowed.data, given.allowed.data + given.allowed.size);
  for (int k = 0; k < given.kinds; ++k) {
    Kind kind{};
    kind.matrix = given.kind_matrix.data[k];
    kind.type = given.kind_type.data[k];
    kind.start = given.kind_start.data[k];
    kind.end = given.kind_end.data[k];
    kind.earliest = given.kind_earliest.data[k];
    kind.latest = given.kind_latest.data[k];
    kind.max_tasks = given.kind_max_tasks.data[k];
    kind.max_travel = given.kind_max_travel.data[k];
    kind.max_distance = given.kind_max_distance.data[k];
    kind.shift = given.kind_shift.data[k];
    kind.max_overtime = given.kind_max_overtime.data[k];
    kind.max_duration = given.kind_max_duration.data[k];
    kind.max_driving = given.kind_max_driving.data[k];
    kind.rest = given.kind_rest.data[k];
    kind.rest_first = given.kind_rest_first.data[k];
    kind.rest_second = given.kind_rest_second.data[k];
    kind.driven = given.kind_driven.data[k];
    kind.travel_cost = given.kind_travel_cost.data[k];
    kind.max_reloads = given.kind_max_reloads.data[k];
    kind.fixed_cost = given.kind_fixed_cost.data[k];
    kind.work_cost = given.kind_work_cost.data[k];
    kind.overtime_cost = given.kind_overtime_cost.data[k];
    kind.capacity = copied(given.kind_capacity, int64_t{k} * amounts, int64_t{k + 1} * amounts);
    for (int b = given.break_begin.data[k]; b < given.break_begin.data[k + 1]; ++b) {
      kind.breaks.push_back({given.break_length.data[b],
                             read_opening(given.break_window_open, given.break_window_close,
                                          given.break_window_begin.data[b], given.break_window_begin.data[b + 1]),
                             copied(given.break_max_load, int64_t{b} * amounts, int64_t{b + 1} * amounts)});
    }
    for (const Break& pause : kind.breaks) kind.fixed_cost += kind.work_cost * pause.length;
    kind.limits_loads_at_breaks = std::any_of(kind.breaks.begin(), kind.breaks.end(), [](const Break& pause) {
      return std::any_of(pause.max_load.begin(), pause.max_load.end(), [](int most) { return most < kNever; });
    });
    kind.most_busy = kNever;
    if (kind.shift < kNever) kind.most_busy = std::min(kNever, kind.shift + kind.max_overtime);
    kind.most_busy = std::min(kind.most_busy, kind.max_duration);
    if (kind.most_busy < kNever) {
      for (const Break& pause : kind.breaks) kind.most_busy -= pause.length;
    }
    for (int r = given.reload_begin.data[k]; r < given.reload_begin.data[k + 1]; ++r) {
      kind.reloads.push_back({given.reload_place.data[r], given.reload_length.data[r]});
    }
    kinds.push_back(std::move(kind));
  }
  for (int v = 0; v < vehicles; ++v) kinds[at(kind_of[at(v)])].vehicles.push_back(v);
  for (int k = 0; k < given.kinds; ++k) {  // who may serve one end of a shipment only, may serve neither
    for (int task = 0; task < tasks; ++task) {
      if (partner[at(task)] >= 0 && !may_serve(k, partner[at(task)])) allowed[at(k) * at(tasks) + at(task)] = 0;
    }
  }
}

void Problem::read_plan_prices(const sisr_problem& given) {
  balance_cost = given.balance_cost.data[0];
  compact_cost = given.compact_cost.data[0];
  use = copied(given.balance_use);
  near.resize(at(tasks));
  for (int task = 0; task < tasks; ++task) {
    for (int i = given.near_begin.data[task]; i < given.near_begin.data[task + 1]; ++i) {
      near[at(task)].push_back(given.near.data[i]);
      near[at(given.near.data[i])].push_back(task);
    }
  }
  priced = balance_cost > 0 || compact_cost > 0;
  balances_time = balance_cost > 0 && use.empty();
}

void Problem::read_firsts(const sisr_problem& given) {
  required.assign(given.required.data, given.required.data + given.required.size);
  first_rank.assign(at(tasks), -1);
  for (size_t k = 0; k < kinds.size(); ++k) {
    Kind& kind = kinds[k];
    kind.last_first = -1;
    if (given.first_begin.data[k] == given.first_begin.data[k + 1]) continue;
    kind.first_reloads.resize(1);
    for (int i = given.first_begin.data[k]; i < given.first_begin.data[k + 1]; ++i) {
      const int visit = given.first_visit.data[i];
      if (visit < 0) {
        kind.first_reloads.back().push_back(-1 - visit);
        continue;
      }
      first_rank[at(visit)] = static_cast<int>(kind.first_reloads.size()) - 1;
      kind.last_first = visit;
      kind.first_reloads.emplace_back();
    }
  }
}

void Problem::read_relations(const sisr_problem& given) {
  relations_of.resize(at(tasks));
  is_bound.assign(at(tasks), 0);
  for (int r = 0; r < static_cast<int>(given.relation_type.size); ++r) {
    const int begin = given.relation_begin.data[r], end = given.relation_begin.data[r + 1];
    relations.push_back({given.relation_type.data[r], copied(given.relation_task, begin, end)});
    for (int rank = 0; rank < end - begin; ++rank) {
      const int task = relations.back().tasks[at(rank)];
      relations_of[at(task)].push_back({r, rank});
      if (!relations.back().is_on_one_vehicle()) continue;
      is_bound[at(task)] = 1;
      if (partner[at(task)] >= 0) is_bound[at(partner[at(task)])] = 1;
    }
  }
}

void Problem::find_features() {
  const auto any_kind = [this](auto&& has) { return std::any_of(kinds.begin(), kinds.end(), has); };
  const bool closed = std::any_of(legs.begin(), legs.end(), [](const Legs& one) { return one.closed; });
  const auto any_price = [](const List<Cost>& prices) {
    return std::any_of(prices.begin(), prices.end(), [](Cost price) { return price > 0; });
  };
  times_cost = any_price(early_cost) || any_price(late_cost) ||
               std::any_of(legs.begin(), legs.end(), [](const Legs& one) { return !one.slot_start.empty(); });
  rich = times_cost || any_kind([](const Kind& kind) {
           return !kind.breaks.empty() || !kind.reloads.empty() || kind.shift < kNever ||
                  kind.max_duration < kNever || kind.max_driving < kNever;
         }) ||
         std::any_of(release.begin(), release.end(), [](int ready) { return ready > 0; });
  has_moments = times_cost || std::any_of(opening.begin(), opening.end(), [](const Opening& it) {
    return it.open > 0 || it.close < kNever - 1;
  });
  timed = rich || closed ||
          any_kind([](const Kind& kind) { return kind.earliest > 0 || kind.latest < kNever - 1; }) ||
          std::any_of(opening.begin(), opening.end(),
                      [](const Opening& it) { return it.open > 0 || it.close < kNever - 1; });
  paired = std::any_of(partner.begin(), partner.end(), [](int other) { return other >= 0; });
  const auto moves = [](const List<int>& amounts_moved) {
    return std::any_of(amounts_moved.begin(), amounts_moved.end(), [](int amount) { return amount > 0; });
  };
  mixed = rich || paired || (moves(unloaded) && moves(loaded));
  limited = any_kind([](const Kind& kind) {
    return kind.max_travel < kNever || kind.max_distance < kNever || kind.most_busy < kNever;
  });
  works = any_kind([](const Kind& kind) { return kind.work_cost > 0; });
  place_setups = has_place_setups();
  prioritised = std::adjacent_find(priority.begin(), priority.end(), std::not_equal_to<>()) != priority.end();
  begins = any_kind([](const Kind& kind) { return !kind.first_reloads.empty(); });
  related = begins || !relations.empty();
  requires_some = std::find(required.begin(), required.end(), 1) != required.end();
  counts_routes = fewest_routes > 1 || most_routes < vehicles;
  varied = kinds.size() > 1;
  choosy = varied || any_kind([](const Kind& kind) { return kind.fixed_cost > 0; });
}

bool Problem::has_place_setups() const {
  if (legs.empty()) return false;
  List<int> stops(at(legs[0].places), 0);
  for (int one : place) ++stops[at(one)];
  for (const Kind& kind : kinds) {
    ++stops[at(kind.start)];
    for (const Reload& reload : kind.reloads) ++stops[at(reload.place)];
  }
  for (const List<int>& seconds : setup) {
    for (int task = 0; task < tasks; ++task) {
      if (seconds[at(task)] > 0 && stops[at(place[at(task)])] > 1) return true;
    }
  }
  return false;
}

}  // namespace sisr
