#include "schedule.hpp"

#include <algorithm>
#include <tuple>

namespace sisr {

namespace {

/// Whether the way over a reload may cost less than the direct one, or travel at other times less than at the first.
bool may_have_shortcuts(const Problem& problem, const Kind& kind) {
  const Legs& legs = problem.legs[at(kind.matrix)];
  if (kind.travel_cost > 0 && !legs.slot_start.empty()) return true;
  if (!kind.reloads.empty() && problem.works && problem.place_setups) return true;
  for (const Reload& reload : kind.reloads) {
    const int* from_reload = legs.cost_from(reload.place);
    const int* to_reload = legs.cost_to(reload.place);
    for (int from = 0; from < legs.places; ++from) {
      const int* direct = legs.cost_from(from);
      for (int to = 0; to < legs.places; ++to) {
        if (from != to && Cost{to_reload[from]} + from_reload[to] < direct[to]) return true;
      }
    }
  }
  return false;
}

}  // namespace

Schedule::Schedule(const Problem& problem)
    : problem_(problem),
      amounts_(at(problem.amounts)),
      has_releases_(std::any_of(problem.release.begin(), problem.release.end(), [](int r) { return r > 0; })),
      has_early_costs_(std::any_of(problem.early_cost.begin(), problem.early_cost.end(), [](Cost c) { return c > 0; })),
      nothing_(at(problem.amounts), 0),
      beginnings_(problem.rich ? at(problem.vehicles) : 0),
      seen_in_(problem.relations.size(), 0) {
  if (!problem.rich) return;
  for (const Kind& kind : problem.kinds) has_shortcuts_.push_back(may_have_shortcuts(problem, kind));
}

Cost Schedule::settle(int route, const List<int>& tasks) {
  const int number = problem_.kind_of[at(route)];
  memo_.look_up(number, tasks);
  if (memo_.known() != nullptr && memo_.known()->is_exact) return memo_.known()->cost;
  const Kind& kind = problem_.kinds[at(number)];
  prepare(kind, tasks);
  const int count = static_cast<int>(tasks.size());
  if (!reach(kind, tasks, count, beginnings_[at(route)])) return remember(kImpossible);
  return remember(best_end(kind, tasks, beginnings_[at(route)].labels[at(count)], nullptr));
}

Cost Schedule::with(int route, const List<int>& tasks, int kept, const List<int>& latest, Cost limit) {
  const int number = problem_.kind_of[at(route)];
  memo_.look_up(number, tasks);
  if (const Memo::Known* known = memo_.known()) {
    if (known->is_exact || limit <= known->limit) return known->cost;
  }
  const Kind& kind = problem_.kinds[at(number)];
  prepare(kind, tasks);
  Beginning& beginning = beginnings_[at(route)];
  const int begun = looks_far_ahead_ ? 0 : std::max(0, kept - looks_ahead_);
  if (!reach(kind, tasks, begun, beginning)) return remember(kImpossible);
  limit_ = limit;
  const Labels* last = extend_all(kind, tasks, begun, beginning.labels[at(begun)], &latest, scratch_);
  limit_ = kImpossible;
  const Cost cost = last == nullptr ? kImpossible : best_end(kind, tasks, *last, nullptr);
  return remember(cost, limit, !has_shortcuts_[at(number)]);
}

/// Notes what the route looked up last costs, as it was found below a limit: exactly, if it is below that and `finds_all`
/// that is. Where labels were dropped, another look may find something else.
Cost Schedule::remember(Cost cost, Cost limit, bool finds_all) {
  if (!drops_) memo_.keep({cost, limit, limit == kImpossible || (finds_all && cost < limit)});
  return cost;
}

void Schedule::visits(int route, const List<int>& tasks, List<int>& result) {
  const Kind& kind = problem_.kinds[at(problem_.kind_of[at(route)])];
  is_tracing_ = true;
  trail_.clear();
  prepare(kind, tasks);
  const Labels start = first(kind, tasks);
  const Labels* last = extend_all(kind, tasks, 0, start, nullptr, scratch_);
  int entry = -1;
  const bool is_found = last != nullptr && best_end(kind, tasks, *last, &entry) < kImpossible;
  is_tracing_ = false;
  if (!is_found) {
    result = tasks;
    return;
  }
  List<Entry> entries;
  for (; entry >= 0; entry = trail_[at(entry)].parent) entries.push_back(trail_[at(entry)]);
  result.clear();
  for (int position = 0; position <= static_cast<int>(tasks.size()); ++position) {
    for (; !entries.empty() && entries.back().position == position; entries.pop_back()) {
      result.push_back(entries.back().code);
    }
    if (position < static_cast<int>(tasks.size())) result.push_back(tasks[at(position)]);
  }
}

/// What the labels of a route depend on, apart from the tasks before them.
void Schedule::prepare(const Kind& kind, const List<int>& tasks) {
  const bool has_slots = !problem_.legs[at(kind.matrix)].slot_start.empty();
  counts_duration_ = kind.shift < kNever || kind.max_duration < kNever;
  tries_all_ = counts_duration_ || has_releases_ || problem_.times_cost;
  carries_loads_ = !kind.reloads.empty();
  counts_reloads_ = kind.max_reloads < kNever;
  leaves_at_once_ = kind.travel_cost > 0 && has_slots;
  minds_time_ = problem_.has_moments || kind.latest < kNever - 1 || !kind.breaks.empty();
  drops_ = false;
  if (carries_loads_ || kind.limits_loads_at_breaks) count_loads(tasks);
  if (problem_.limited || problem_.balances_time) measure(kind, tasks);
  separates_ = carries_loads_ && must_separate(tasks);
  // Loads on earlier legs change with later deliveries, so with limits for breaks nothing stays as it was. Nor does it
  // where a later release or window changes when it is best to serve a task, or where tasks must be on different trips.
  looks_far_ahead_ = kind.limits_loads_at_breaks || (has_releases_ && problem_.times_cost) || has_early_costs_ || separates_;
  looks_ahead_ = has_slots ? 1 : 0;
  if (has_early_costs_) find_moments(kind, tasks);
  if (leaves_at_once_) find_departures(kind, tasks);
}

/// Finds the labels after the first tasks of a route, as far as the last ones of that vehicle are not the same; whether
/// there are any.
bool Schedule::reach(const Kind& kind, const List<int>& tasks, int count, Beginning& it) {
  if (it.labels.empty()) it.labels.resize(1);
  int same = 0;
  const int most = std::min(count, static_cast<int>(it.tasks.size()));
  while (same < most && it.tasks[at(same)] == tasks[at(same)]) ++same;
  if (same < count || looks_ahead_ > 0 || looks_far_ahead_) {
    it.known = looks_far_ahead_ ? -1 : std::min(it.known, std::max(0, same - looks_ahead_));
    it.tasks.assign(tasks.begin(), tasks.begin() + count);
  }
  if (static_cast<int>(it.labels.size()) <= count) it.labels.resize(at(count) + 1);
  if (it.known < 0) {
    it.labels[0] = first(kind, tasks);
    it.known = 0;
  }
  for (; it.known < count; ++it.known) {
    const Labels& from = it.labels[at(it.known)];
    if (from.items.empty()) return false;
    extend(kind, tasks, it.known, kNever, from, it.labels[at(it.known + 1)]);
  }
  const bool is_found = !it.labels[at(count)].items.empty();
  if (looks_far_ahead_) it.known = -1;
  return is_found;
}

/// Extends the labels after the first `done` tasks along the others. Returns those after all of them; null if there are
/// none.
const Labels* Schedule::extend_all(const Kind& kind, const List<int>& tasks, int done, const Labels& start,
                                   const List<int>* latest, List<Labels>& labels) {
  const int count = static_cast<int>(tasks.size());
  if (static_cast<int>(labels.size()) < count) labels.resize(at(count));
  const Labels* from = &start;
  for (int i = done; i < count; ++i) {
    extend(kind, tasks, i, latest == nullptr ? kNever : (*latest)[at(i)], *from, labels[at(i)]);
    from = &labels[at(i)];
    if (from->items.empty()) return nullptr;
  }
  return from;
}

Labels Schedule::first(const Kind& kind, const List<int>& tasks) const {
  Labels labels;
  Label label;
  label.before.earliest = kind.earliest;
  label.trip.earliest = label.now.earliest = kLongAgo;
  label.place = kind.start;
  label.driving = kind.driven;
  if (problem_.times_cost && kind.reloads.empty()) {
    for (int task : tasks) label.release = std::max(label.release, problem_.release[at(task)]);
  }
  labels.items.push_back(label);
  if (carries_loads_) {
    labels.room = kind.capacity;
    labels.picked.assign(amounts_, 0);
  }
  return labels;
}

/// What a route without reloads travels.
void Schedule::measure(const Kind& kind, const List<int>& tasks) {
  const Legs& legs = problem_.legs[at(kind.matrix)];
  travel_ = distance_ = 0;
  int place = kind.start;
  const auto go = [&](int to) {
    travel_ += legs.duration(place, to);
    if (!legs.distances.empty()) distance_ += legs.distance(place, to);
    place = to;
  };
  for (int task : tasks) go(problem_.place[at(task)]);
  go(kind.end);
}

void Schedule::extend(const Kind& kind, const List<int>& tasks, int position, int latest, const Labels& from,
                      Labels& to) {
  to.clear();
  const int task = tasks[at(position)];
  find_fixed_reloads(kind, tasks, position);
  const bool reloads = may_reload() && !goes_on_directly(tasks, position);
  const int apart = separates_ ? last_apart(tasks, position) : -1;
  for (size_t i = 0; i < from.items.size(); ++i) {
    const int* room = carries_loads_ ? from.room.data() + i * amounts_ : nullptr;
    const int* picked = carries_loads_ ? from.picked.data() + i * amounts_ : nullptr;
    on_leg_.clear();
    if (may_go_on() && from.items[i].trip_from > apart) {
      travel(kind, from.items[i], problem_.place[at(task)], position, picked, on_leg_);
    }
    for (Label& label : on_leg_) serve(kind, label, from.items[i].breaks, task, position, latest, room, picked, to);
  }
  if (!reloads) return;
  find_reloaded(kind, position, task, problem_.place[at(task)], from);
  for (const Label& reloaded : reloaded_) {
    on_leg_.clear();
    travel(kind, reloaded, problem_.place[at(task)], position, nothing_.data(), on_leg_);
    for (Label& label : on_leg_) {
      serve(kind, label, reloaded.breaks, task, position, latest, kind.capacity.data(), nothing_.data(), to);
    }
  }
}

Cost Schedule::best_end(const Kind& kind, const List<int>& tasks, const Labels& labels, int* trail) {
  const int position = static_cast<int>(tasks.size());
  Cost best = kImpossible;
  int reloads = 0;
  best_travel_ = 0;
  find_fixed_reloads(kind, tasks, position);
  const auto consider = [&] {
    for (const Label& label : on_leg_) {
      const Cost cost = cost_at_end(kind, label);
      const auto is_better = std::tie(cost, label.travel, label.reloads) < std::tie(best, best_travel_, reloads);
      if (cost == kImpossible || !is_better) continue;
      best = cost;
      best_travel_ = label.travel;
      reloads = label.reloads;
      if (trail != nullptr) *trail = label.trail;
    }
  };
  for (size_t i = 0; i < labels.items.size(); ++i) {
    const int* picked = carries_loads_ ? labels.picked.data() + i * amounts_ : nullptr;
    on_leg_.clear();
    if (may_go_on()) travel(kind, labels.items[i], kind.end, position, picked, on_leg_);
    consider();
  }
  if (!may_reload()) return best;
  find_reloaded(kind, position, -1, kind.end, labels);
  for (const Label& label : reloaded_) {
    on_leg_.clear();
    travel(kind, label, kind.end, position, nothing_.data(), on_leg_);
    consider();
  }
  return best;
}

/// What a way to the end costs beyond legs, work and the fixed cost; kImpossible if it breaks a rule.
Cost Schedule::cost_at_end(const Kind& kind, Label label) const {
  const uint32_t all = static_cast<uint32_t>((uint64_t{1} << kind.breaks.size()) - 1);
  if (label.breaks != all || label.earliest() > kind.latest) return kImpossible;
  if (!label.trip.within(0, kind.latest) || !label.is_possible()) return kImpossible;
  if (problem_.limited &&
      (travel_ + label.travel > kind.max_travel || distance_ + label.distance > kind.max_distance)) {
    return kImpossible;
  }
  if (!counts_duration_) return label.cost;
  const int latest = std::min(label.before.latest, label.trip.latest - label.before.least);
  const int duration = std::max(label.before.least + label.trip.least, label.earliest() - latest);
  if (duration > kind.max_duration) return kImpossible;
  const int overtime = std::max(0, duration - kind.shift);
  return overtime > kind.max_overtime ? kImpossible : sum(label.cost, kind.overtime_cost * overtime);
}

int Schedule::log(int parent, int position, int code) {
  if (!is_tracing_) return -1;
  trail_.push_back({parent, position, code});
  return static_cast<int>(trail_.size()) - 1;
}

}  // namespace sisr
