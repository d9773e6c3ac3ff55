// The legs of a schedule, with breaks and rests on the way.
#include <algorithm>

#include "schedule.hpp"

namespace sisr {
namespace {

/// Up to this many breaks are tried in every order; more are taken in the order given.
constexpr int kMostFreeBreaks = 4;

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

/// All ways to travel a leg: without a break, or with some.
void Schedule::travel(const Kind& kind, const Label& label, int to, int position, const int* picked,
                      List<Label>& found) {
  const size_t first = found.size();
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
    Label& next = found.emplace_back(label);
    next.left = legs.slot_start.empty() ? shortest : legs.arrival(label.place, to, departure) - departure;
    if (next.left != shortest) {
      next.cost = sum(next.cost, kind.travel_cost * (next.left - shortest));
      next.travel += next.left - shortest;
    }
    next.trip.earliest = std::max(next.trip.earliest, departure);
    next.now = next.trip;
    next.trip.last(next.left);
    if (next.earliest() > kind.latest) found.pop_back();  // so that no later sum overflows
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

}  // namespace sisr
