// The trips of a schedule: what is on board, and where the vehicle reloads.
#include <algorithm>

#include "schedule.hpp"

namespace sisr {

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

/// What a trip has room for, and has picked up, after a task; false if that is too much.
bool Schedule::load(const Kind& kind, uint32_t breaks, int task, const int* room, const int* picked) {
  room_.assign(room, room + amounts_);
  picked_.assign(picked, picked + amounts_);
  const bool is_job = problem_.partner[at(task)] < 0;
  for (size_t a = 0; a < amounts_; ++a) {
    for (size_t b = 0; breaks >> b != 0; ++b) {
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

/// The ways to reload between two tasks, or before the end if `task` is negative, without those that are no better than
/// others: behind a reload, all vehicles are empty.
void Schedule::find_reloaded(const Kind& kind, int position, int task, int next_place, const Labels& from) {
  reloaded_.clear();
  for (size_t i = 0; i < from.items.size(); ++i) {
    reload(kind, position, task, next_place, from.items[i], from.picked.data() + i * amounts_, new_trips_);
    for (const Label& label : new_trips_) {
      const auto is_better = [&](const Label& one, const Label& other) {
        return one.place == other.place && is_no_worse(one, other);
      };
      if (std::any_of(reloaded_.begin(), reloaded_.end(), [&](const Label& it) { return is_better(it, label); })) continue;
      const auto dropped = std::remove_if(reloaded_.begin(), reloaded_.end(),
                                          [&](const Label& it) { return is_better(label, it); });
      reloaded_.erase(dropped, reloaded_.end());
      reloaded_.push_back(label);
    }
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
  for (Label& next : to_reload_) {
    const int begin = next.trip_begin();
    if (begin > next.trip.latest) continue;
    next.cost += Cost{legs.cost(label.place, reload.place)} + legs.cost(reload.place, next_place) -
                 legs.cost(label.place, next_place);
    if (problem_.works && task >= 0) {  // a setup may be skipped, or may not
      next.cost += kind.work_cost * (problem_.action(kind.type, task, reload.place) -
                                     problem_.action(kind.type, task, label.place));
    }
    if (problem_.limited || problem_.balances_time) {
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

}  // namespace sisr
