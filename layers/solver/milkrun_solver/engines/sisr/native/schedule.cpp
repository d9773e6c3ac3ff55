#include "schedule.hpp"

#include <algorithm>

namespace sisr {
namespace {

/// Up to this many breaks are tried in every order; more are taken in the order given.
constexpr int kMostFreeBreaks = 4;
constexpr int kLongAgo = INT32_MIN / 4;
/// Of more labels at a moment, those that come later are dropped. A route with many rules at once has too many to look
/// at, and a search that looks at them all would not hear that it is over.
constexpr size_t kMostLabels = 300;

/// Two costs together. A way to drive a route costs no more than a vehicle may, so that no sum overflows.
Cost sum(Cost cost, Cost more) {
  constexpr Cost most = Cost{1} << 48;
  return std::min(cost + more, most);
}

bool may_be_next(const Kind& kind, uint32_t taken, int number) {
  if ((taken >> number) & 1u) return false;
  if (static_cast<int>(kind.breaks.size()) <= kMostFreeBreaks) return true;
  return taken + 1 == 1u << number;  // all before it have been taken
}

bool holds(const int* load, const List<int>& most) {
  for (size_t a = 0; a < most.size(); ++a) {
    if (load[a] > most[a]) return false;
  }
  return true;
}

}  // namespace

Schedule::Schedule(const Problem& problem)
    : problem_(problem),
      amounts_(at(problem.amounts)),
      has_releases_(std::any_of(problem.release.begin(), problem.release.end(), [](int r) { return r > 0; })),
      nothing_(at(problem.amounts), 0),
      kept_(problem.rich ? at(problem.vehicles) : 0),
      seen_in_(problem.relations.size(), 0) {}

Cost Schedule::settle(int route, const List<int>& tasks) {
  return run(problem_.kinds[at(problem_.kind_of[at(route)])], tasks, 0, nullptr, nullptr, kept_[at(route)]);
}

void Schedule::set_aside(int route) {
  if (asides_ == aside_.size()) aside_.emplace_back();
  aside_[asides_].first = route;
  aside_[asides_++].second.swap(kept_[at(route)]);
}

void Schedule::bring_back() {
  for (; asides_ > 0; --asides_) kept_[at(aside_[asides_ - 1].first)].swap(aside_[asides_ - 1].second);
}

Cost Schedule::with(int route, const List<int>& tasks, int kept, const List<int>& latest, Cost limit) {
  const Kind& kind = problem_.kinds[at(problem_.kind_of[at(route)])];
  // Loads on earlier legs change with later deliveries, so with limits for breaks nothing stays as it was. Nor does
  // it where a later release changes what times cost.
  const bool changes = kind.limits_loads_at_breaks || (has_releases_ && problem_.times_cost);
  const Labels* start = kept > 0 && !changes ? &kept_[at(route)][at(kept)] : nullptr;
  limit_ = limit;
  const Cost cost = run(kind, tasks, start == nullptr ? 0 : kept, start, &latest, scratch_);
  limit_ = kImpossible;
  return cost;
}

void Schedule::visits(int route, const List<int>& tasks, List<int>& result) {
  const Kind& kind = problem_.kinds[at(problem_.kind_of[at(route)])];
  is_tracing_ = true;
  trail_.clear();
  if (run(kind, tasks, 0, nullptr, nullptr, scratch_) == kImpossible) {
    is_tracing_ = false;
    result = tasks;
    return;
  }
  int entry = -1;
  best_end(kind, tasks, scratch_[tasks.size()], &entry);
  is_tracing_ = false;
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

/// Extends labels along the tasks. `labels[i]` will be those after i tasks. It begins with `start`, the labels
/// after the first `kept` tasks, or without any task if that is null.
Cost Schedule::run(const Kind& kind, const List<int>& tasks, int kept, const Labels* start,
                   const List<int>* latest, List<Labels>& labels) {
  const int count = static_cast<int>(tasks.size());
  counts_duration_ = kind.shift < kNever || kind.max_duration < kNever;
  tries_all_ = counts_duration_ || has_releases_ || problem_.times_cost;
  carries_loads_ = !kind.reloads.empty();
  counts_reloads_ = kind.max_reloads < kNever;
  leaves_at_once_ = kind.travel_cost > 0 && !problem_.legs[at(kind.matrix)].slot_start.empty();
  minds_time_ = problem_.has_moments || kind.latest < kNever - 1 || !kind.breaks.empty();
  counts_loads_ = carries_loads_ || kind.limits_loads_at_breaks;
  if (static_cast<int>(labels.size()) <= count) labels.resize(tasks.size() + 1);
  if (counts_loads_) count_loads(tasks);
  if (problem_.limited) measure(kind, tasks);
  separates_ = carries_loads_ && must_separate(tasks);
  if (separates_) {  // labels that were kept before may lack the later begin of a trip
    kept = 0;
    start = nullptr;
  }
  if (problem_.times_cost) {
    find_moments(kind, tasks);
    find_departures(kind, tasks);
  }
  if (start == nullptr) {
    labels[0] = first(kind);
    if (problem_.times_cost && kind.reloads.empty()) {
      int& release = labels[0].items[0].release;
      for (int task : tasks) release = std::max(release, problem_.release[at(task)]);
    }
    start = &labels[0];
  }
  for (int i = kept; i < count; ++i) {
    extend(kind, tasks, i, latest == nullptr ? kNever : (*latest)[at(i)], *start, labels[at(i + 1)]);
    start = &labels[at(i + 1)];
    if (start->items.empty()) return kImpossible;
  }
  int trail = -1;
  return best_end(kind, tasks, *start, &trail);
}

Labels Schedule::first(const Kind& kind) const {
  Labels labels;
  Label label;
  label.before.earliest = kind.earliest;
  label.trip.earliest = label.now.earliest = kLongAgo;
  label.place = kind.start;
  label.driving = kind.driven;
  labels.items.push_back(label);
  if (carries_loads_) {
    labels.room = kind.capacity;
    labels.picked.assign(amounts_, 0);
  }
  return labels;
}

/// What is on board after each position, in a route without reloads.
void Schedule::count_loads(const List<int>& tasks) {
  const size_t count = tasks.size();
  open_.assign(count + 1, 0);
  on_board_.assign((count + 1) * amounts_, 0);
  for (size_t i = 0; i < count; ++i) {
    const int task = tasks[i];
    const bool is_job = problem_.partner[at(task)] < 0;
    open_[i + 1] = open_[i] + (is_job ? 0 : (problem_.is_pickup[at(task)] ? 1 : -1));
    for (size_t a = 0; a < amounts_; ++a) {
      if (is_job) on_board_[a] += problem_.unloaded[at(task) * amounts_ + a];
    }
  }
  for (size_t i = 0; i < count; ++i) {
    for (size_t a = 0; a < amounts_; ++a) {
      const size_t of_task = at(tasks[i]) * amounts_ + a;
      on_board_[(i + 1) * amounts_ + a] =
          on_board_[i * amounts_ + a] + problem_.loaded[of_task] - problem_.unloaded[of_task];
    }
  }
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
    for (const Label& label : on_leg_) serve(kind, label, from.items[i].breaks, task, position, latest, room, picked, to);
    if (!reloads) continue;
    reload(kind, position, task, problem_.place[at(task)], from.items[i], picked, reloaded_);
    for (const Label& reloaded : reloaded_) {
      on_leg_.clear();
      travel(kind, reloaded, problem_.place[at(task)], position, nothing_.data(), on_leg_);
      for (const Label& label : on_leg_) {
        serve(kind, label, reloaded.breaks, task, position, latest, kind.capacity.data(), nothing_.data(), to);
      }
    }
  }
}

/// Whether two tasks of a route must be on different trips.
bool Schedule::must_separate(const List<int>& tasks) {
  if (!problem_.related) return false;
  ++look_;
  for (int task : tasks) {
    for (const Membership& mine : problem_.relations_of[at(task)]) {
      if (problem_.relations[at(mine.relation)].type != SISR_NOT_TOGETHER) continue;
      if (seen_in_[at(mine.relation)] == look_) return true;
      seen_in_[at(mine.relation)] = look_;
    }
  }
  return false;
}

/// Whether a direct sequence goes on with the task at a position, so that the vehicle cannot reload before it.
bool Schedule::goes_on_directly(const List<int>& tasks, int position) const {
  if (!problem_.related || position == 0) return false;
  return problem_.share(SISR_DIRECT_SEQUENCE, tasks[at(position - 1)], tasks[at(position)]);
}

/// The position of the last task before a position that must be on an earlier trip; -1 if there is none.
int Schedule::last_apart(const List<int>& tasks, int position) const {
  int before = position - 1;
  while (before >= 0 && !problem_.share(SISR_NOT_TOGETHER, tasks[at(before)], tasks[at(position)])) --before;
  return before;
}

/// All ways to travel a leg: without a break, or with some.
void Schedule::travel(const Kind& kind, Label label, int to, int position, const int* picked,
                      List<Label>& found) {
  const size_t first = found.size();
  label.now = label.trip;
  depart(kind, label, to, position, found);
  for (size_t i = first; i < found.size(); ++i) {
    for (int number = 0; number < static_cast<int>(kind.breaks.size()); ++number) {
      if (may_be_next(kind, found[i].breaks, number)) {
        pause(kind, Label(found[i]), number, position, picked, found);
      }
    }
  }
  if (kind.max_driving == kNever) return;
  before_rest_.assign(found.begin() + static_cast<std::ptrdiff_t>(first), found.end());
  found.resize(first);
  for (const Label& one : before_rest_) rest(kind, one, found);
}

/// Leaves for a place at once, or starts the route when it gets faster.
void Schedule::depart(const Kind& kind, const Label& label, int to, int position, List<Label>& found) const {
  const Legs& legs = problem_.legs[at(kind.matrix)];
  const int shortest = legs.duration(label.place, to);
  const auto leave = [&](int departure) {
    Label next = label;
    next.left = legs.slot_start.empty() ? shortest : legs.arrival(label.place, to, departure) - departure;
    next.cost = sum(next.cost, kind.travel_cost * (next.left - shortest));
    next.travel += next.left - shortest;
    next.trip.earliest = std::max(next.trip.earliest, departure);
    next.now = next.trip;
    next.trip.last(next.left);
    if (next.earliest() <= kind.latest) found.push_back(next);  // nor can later sums overflow then
  };
  if (legs.slot_start.empty()) {
    leave(label.trip.earliest);
    return;
  }
  const int now = label.earliest();
  leave(now);
  if (position > 0 || label.reloads > 0 || kind.travel_cost == 0) return;  // elsewhere it waits before it serves a task
  for (int departure : departures_[0]) {
    if (departure > now && departure <= kind.latest) leave(departure);
  }
}

/// Drives the rest of a leg, with the rests that are due, each as late as possible. At its end the driver may take more:
/// a rest, the first part of one, or a rest and the first part of the next.
void Schedule::rest(const Kind& kind, Label label, List<Label>& found) const {
  const bool has_parts = kind.rest_first > 0;
  const int whole = has_parts ? std::min(kind.rest, kind.rest_first + kind.rest_second) : kind.rest;
  const auto take = [&](Label& resting, int64_t times) {
    const int64_t time = (resting.has_rested_first ? kind.rest_second : whole) + (times - 1) * whole;
    if (resting.earliest() + time > kind.latest) return false;
    resting.trip.last(static_cast<int>(time));
    resting.driving = 0;
    resting.has_rested_first = false;
    return true;
  };
  const auto arrive = [&](Label arrived) {
    found.push_back(arrived);
    if (!has_parts || arrived.has_rested_first) return;
    arrived.trip.last(kind.rest_first);
    arrived.has_rested_first = true;
    if (arrived.earliest() <= kind.latest) found.push_back(arrived);
  };
  const int driven = label.driving + label.left;
  const int due = driven > 0 ? (driven - 1) / kind.max_driving : 0;
  if (due > 0 && !take(label, due)) return;
  label.driving = driven - due * kind.max_driving;
  arrive(label);
  if (label.driving > 0 && take(label, 1)) arrive(label);
}

/// A break as early as possible, in each of its windows that may matter. The vehicle drives on while it would
/// have to wait for the break.
void Schedule::pause(const Kind& kind, const Label& label, int number, int position, const int* picked,
                     List<Label>& found) {
  const Break& pause = kind.breaks[at(number)];
  if (kind.limits_loads_at_breaks) {
    // Before a reload, the deliveries to come are not known yet: `load` counts them.
    const int* load = carries_loads_ ? picked : on_board_.data() + at(position) * amounts_;
    if (!holds(load, pause.max_load)) return;
  }
  for (int w = 0; w < pause.opening.count; ++w) {
    const Window window = pause.opening.window(w);
    Label next = label;
    const int reached = next.now.end(next.trip_begin());
    if (!next.now.within(window.open, window.close) || !next.is_possible()) continue;
    if (kind.max_driving < kNever) {
      const int driven = std::min(next.left, std::max(0, window.open - reached));
      next.left -= driven;
      next.driving += driven;
      if (next.driving > kind.max_driving) continue;
      if (pause.length >= (next.has_rested_first ? kind.rest_second : kind.rest)) {
        next.driving = 0;
        next.has_rested_first = false;
      } else if (kind.rest_first > 0 && pause.length >= kind.rest_first) {
        next.has_rested_first = true;
      }
    }
    next.trip.latest = std::min(next.trip.latest, next.now.latest);
    next.trip.earliest = std::max(next.trip.earliest, window.open);
    next.trip.last(pause.length);
    next.now.last(pause.length);
    if (!next.is_possible() || next.earliest() > kind.latest) continue;
    next.breaks |= 1u << number;
    next.trail = log(label.trail, position, -1 - number);
    found.push_back(next);
    if (!tries_all_) return;
  }
}

/// Serves a task at the end of a leg, in each of its windows that may matter.
void Schedule::serve(const Kind& kind, Label label, uint32_t breaks_before, int task, int position, int latest,
                     const int* room, const int* picked, Labels& to) {
  if (label.earliest() > latest) return;
  label.release = std::max(label.release, problem_.release[at(task)]);
  if (carries_loads_ && !load(kind, label.breaks ^ breaks_before, task, room, picked)) return;
  const int action = problem_.action(kind.type, task, label.place);
  label.place = problem_.place[at(task)];
  const Opening& opening = problem_.opening[at(task)];
  for (int w = 0; w < opening.count; ++w) {
    const Window window = opening.window(w);
    Label next = label;
    if (!next.trip.within(window.open, window.close)) continue;
    next.now.latest = next.trip.latest;
    if (!next.is_possible() || next.earliest() > window.close) continue;
    if (problem_.times_cost) wait_for(kind, next, task, position, window, action, to);
    begin_service(next, kind, task, action, to);
    if (!tries_all_) return;
  }
}

/// Serves a task later than it could be: when it is early no more, when that would make a later task late, or so that
/// the vehicle leaves when it gets faster.
void Schedule::wait_for(const Kind& kind, const Label& label, int task, int position, Window window, int action,
                        Labels& to) {
  const int start = label.earliest();
  const auto at_moment = [&](int moment) {
    if (moment <= start || moment > window.close) return;
    Label waiting = label;
    waiting.trip.earliest = moment;
    begin_service(waiting, kind, task, action, to);
  };
  const int soft = problem_.soft_start[at(task)];
  if (problem_.early_cost[at(task)] > 0 && start < soft) {
    at_moment(std::min(soft, window.close));
    for (int moment : moments_[at(position)]) {
      if (moment < soft) at_moment(moment);
    }
  }
  if (kind.travel_cost == 0) return;
  for (int departure : departures_[at(position + 1)]) at_moment(departure - action);
}

/// For each leg, the departures at which its time may be least: when a slot begins, and so late that the vehicle just
/// arrives before one begins.
void Schedule::find_departures(const Kind& kind, const List<int>& tasks) {
  const Legs& legs = problem_.legs[at(kind.matrix)];
  departures_.assign(tasks.size() + 1, {});
  int from = kind.start;
  for (size_t leg = 0; leg <= tasks.size(); ++leg) {
    const int to = leg == tasks.size() ? kind.end : problem_.place[at(tasks[leg])];
    for (int border : legs.slot_start) {
      if (border == 0) continue;
      departures_[leg].push_back(border);
      int first = 0, last = border;  // the answer is before `last`
      while (last - first > 1) {
        const int middle = first + (last - first) / 2;
        (legs.arrival(from, to, middle) <= border ? first : last) = middle;
      }
      departures_[leg].push_back(first);
    }
    from = to;
  }
}

/// For each task, the last starts at which a later task is not late yet, without any waiting between them.
void Schedule::find_moments(const Kind& kind, const List<int>& tasks) {
  const Legs& legs = problem_.legs[at(kind.matrix)];
  moments_.resize(tasks.size());
  for (size_t i = tasks.size(); i-- > 0;) {
    moments_[i].clear();
    if (i + 1 == tasks.size()) continue;
    const int task = tasks[i], next = tasks[i + 1];
    const int place = problem_.place[at(task)];
    const int from = i == 0 ? kind.start : problem_.place[at(tasks[i - 1])];
    const int later = problem_.action(kind.type, task, from) + legs.duration(place, problem_.place[at(next)]);
    const auto add = [&](int moment) {
      if (moment < kNever && moment > later) moments_[i].push_back(moment - later);
    };
    for (int moment : moments_[i + 1]) add(moment);
    add(problem_.opening[at(next)].close);
    if (problem_.late_cost[at(next)] > 0) add(problem_.soft_end[at(next)]);
    if (problem_.early_cost[at(next)] > 0) add(problem_.soft_start[at(next)]);
  }
}

/// Serves a task from the earliest moment that a label allows.
void Schedule::begin_service(Label label, const Kind& kind, int task, int action, Labels& to) {
  const int start = label.earliest();
  label.cost = sum(label.cost, problem_.early_cost[at(task)] * std::max(0, problem_.soft_start[at(task)] - start));
  label.cost = sum(label.cost, problem_.late_cost[at(task)] * std::max(0, start - problem_.soft_end[at(task)]));
  label.trip.last(action);
  if (label.earliest() <= kind.latest) keep(std::move(label), to);
}

/// What a trip has room for, and has picked up, after a task; false if that is too much.
bool Schedule::load(const Kind& kind, uint32_t breaks, int task, const int* room, const int* picked) {
  room_.assign(room, room + amounts_);
  picked_.assign(picked, picked + amounts_);
  const bool is_job = problem_.partner[at(task)] < 0;
  for (size_t a = 0; a < amounts_; ++a) {
    for (size_t b = 0; b < kind.breaks.size(); ++b) {
      if ((breaks >> b) & 1u) room_[a] = std::min(room_[a], kind.breaks[b].max_load[a] - picked_[a]);
    }
    const int unloaded = problem_.unloaded[at(task) * amounts_ + a];
    const int loaded = problem_.loaded[at(task) * amounts_ + a];
    if (is_job) room_[a] -= unloaded;
    picked_[a] += is_job ? loaded : loaded - unloaded;
    if (room_[a] < 0 || picked_[a] > kind.capacity[a]) return false;
    room_[a] = std::min(room_[a], kind.capacity[a] - picked_[a]);
  }
  return true;
}

/// Finds the reloads that a leg must have: between the visits that a route begins with, and directly behind them.
void Schedule::find_fixed_reloads(const Kind& kind, const List<int>& tasks, int position) {
  fixed_reloads_ = nullptr;
  if (kind.first_reloads.empty()) return;
  const int rank = position < static_cast<int>(tasks.size()) ? problem_.first_rank[at(tasks[at(position)])] : -1;
  const int before = position == 0 ? -1 : tasks[at(position - 1)];
  if (rank >= 0) {
    fixed_reloads_ = &kind.first_reloads[at(rank)];
  } else if (before == kind.last_first && !kind.first_reloads.back().empty()) {
    fixed_reloads_ = &kind.first_reloads.back();
  }
}

/// All ways to reload on the way to a task, or to the end if that is negative: once anywhere, or as it must be.
void Schedule::reload(const Kind& kind, int position, int task, int next_place, const Label& label, const int* picked,
                      List<Label>& found) {
  found.clear();
  if (fixed_reloads_ == nullptr) {
    for (int rank = 0; rank < static_cast<int>(kind.reloads.size()); ++rank) {
      reload_at(kind, rank, position, task, next_place, label, picked, found);
    }
    return;
  }
  chained_.assign(1, label);
  for (int rank : *fixed_reloads_) {
    found.clear();
    for (const Label& one : chained_) reload_at(kind, rank, position, task, next_place, one, picked, found);
    chained_ = found;
    picked = nothing_.data();
  }
}

/// All ways to a reload, where another trip begins.
void Schedule::reload_at(const Kind& kind, int rank, int position, int task, int next_place, const Label& label,
                         const int* picked, List<Label>& found) {
  if (open_[at(position)] > 0 || label.reloads >= kind.max_reloads) return;
  const Legs& legs = problem_.legs[at(kind.matrix)];
  const Reload& reload = kind.reloads[at(rank)];
  to_reload_.clear();
  travel(kind, label, reload.place, position, picked, to_reload_);
  for (Label next : to_reload_) {
    const int begin = next.trip_begin();
    if (begin > next.trip.latest) continue;
    next.cost += Cost{legs.cost(label.place, reload.place)} + legs.cost(reload.place, next_place) -
                 legs.cost(label.place, next_place);
    if (problem_.works && task >= 0) {  // a setup may be skipped, or may not
      next.cost += kind.work_cost * (problem_.action(kind.type, task, reload.place) -
                                     problem_.action(kind.type, task, label.place));
    }
    if (problem_.limited) {
      const auto added = [&](auto&& length) {
        return length(label.place, reload.place) + length(reload.place, next_place) - length(label.place, next_place);
      };
      next.travel += added([&](int from, int to) { return legs.duration(from, to); });
      if (!legs.distances.empty()) next.distance += added([&](int from, int to) { return legs.distance(from, to); });
    }
    // The trip that ends here becomes part of what was before.
    next.before = {next.before.least + next.trip.least, next.trip.end(begin),
                   std::min(next.before.latest, next.trip.latest - next.before.least)};
    next.trip = {reload.length, kLongAgo, kNever};
    next.now = next.trip;
    next.release = 0;
    next.place = reload.place;
    next.trip_from = position;
    ++next.reloads;
    next.trail = log(next.trail, position, -1 - static_cast<int>(kind.breaks.size()) - rank);
    found.push_back(next);
  }
}

Cost Schedule::best_end(const Kind& kind, const List<int>& tasks, const Labels& labels, int* trail) {
  const int position = static_cast<int>(tasks.size());
  Cost best = kImpossible;
  find_fixed_reloads(kind, tasks, position);
  const auto consider = [&] {
    for (const Label& label : on_leg_) {
      const Cost cost = cost_at_end(kind, label);
      if (cost < best) {
        best = cost;
        *trail = label.trail;
      }
    }
  };
  for (size_t i = 0; i < labels.items.size(); ++i) {
    const int* picked = carries_loads_ ? labels.picked.data() + i * amounts_ : nullptr;
    on_leg_.clear();
    if (may_go_on()) travel(kind, labels.items[i], kind.end, position, picked, on_leg_);
    consider();
    if (!may_reload()) continue;
    reload(kind, position, -1, kind.end, labels.items[i], picked, reloaded_);
    for (const Label& label : reloaded_) {
      on_leg_.clear();
      travel(kind, label, kind.end, position, nothing_.data(), on_leg_);
      consider();
    }
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

/// Keeps a label, whose loads are in `room_` and `picked_`, unless another one is as good; drops those that are no better.
void Schedule::keep(Label&& label, Labels& to) {
  if (label.cost >= limit_) return;
  compared_ += static_cast<int64_t>(to.items.size()) + 1;
  const auto room = [&](size_t i) { return to.room.data() + i * amounts_; };
  const auto picked = [&](size_t i) { return to.picked.data() + i * amounts_; };
  for (size_t i = 0; i < to.items.size(); ++i) {
    if (is_no_worse(to.items[i], label) && (!carries_loads_ || has_as_much_room(room(i), picked(i), room_, picked_))) {
      return;
    }
  }
  for (size_t i = to.items.size(); i-- > 0;) {
    if (!is_no_worse(label, to.items[i])) continue;
    if (carries_loads_) {
      if (!has_as_much_room(room_.data(), picked_.data(), room(i), picked(i))) continue;
      const size_t last = to.items.size() - 1;
      std::copy_n(room(last), amounts_, room(i));
      std::copy_n(picked(last), amounts_, picked(i));
      to.room.resize(last * amounts_);
      to.picked.resize(last * amounts_);
    }
    to.items[i] = to.items.back();
    to.items.pop_back();
  }
  if (to.items.size() == kMostLabels) {
    has_dropped_ = true;
    return;
  }
  to.items.push_back(label);
  if (!carries_loads_) return;
  to.room.insert(to.room.end(), room_.begin(), room_.end());
  to.picked.insert(to.picked.end(), picked_.begin(), picked_.end());
}

bool Schedule::is_no_worse(const Label& mine, const Label& other) const {
  if (mine.cost > other.cost || mine.travel > other.travel || mine.distance > other.distance ||
      (counts_reloads_ && mine.reloads > other.reloads) || (mine.breaks & other.breaks) != other.breaks) {
    return false;
  }
  if (separates_ && mine.trip_from < other.trip_from) return false;
  if (mine.driving > other.driving || mine.has_rested_first < other.has_rested_first) return false;
  if (leaves_at_once_ && mine.earliest() != other.earliest()) return false;
  if (counts_duration_ || has_releases_) {
    const auto no_later = [](const Chain& a, const Chain& b) {
      return a.least <= b.least && a.earliest <= b.earliest && a.latest >= b.latest;
    };
    return mine.release <= other.release && no_later(mine.before, other.before) && no_later(mine.trip, other.trip);
  }
  return !minds_time_ || mine.earliest() <= other.earliest();
}

template <class Loads, class OtherLoads>
bool Schedule::has_as_much_room(const Loads& room, const Loads& picked, const OtherLoads& other_room,
                                const OtherLoads& other_picked) const {
  for (size_t a = 0; a < amounts_; ++a) {
    if (room[a] < other_room[a] || picked[a] > other_picked[a]) return false;
  }
  return true;
}

int Schedule::log(int parent, int position, int code) {
  if (!is_tracing_) return -1;
  trail_.push_back({parent, position, code});
  return static_cast<int>(trail_.size()) - 1;
}

}  // namespace sisr
