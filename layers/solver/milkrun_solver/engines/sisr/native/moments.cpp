// When a schedule serves its tasks, and what that costs.
#include <algorithm>

#include "schedule.hpp"

namespace sisr {
namespace {

/// With more tasks on a route, a vehicle waits for the moments that are right without rests in between.
constexpr size_t kMostBetweenRests = 7;
/// Of more rests on a leg, and of more moments of a task, the last are not looked at. A driver may have to rest each
/// second.
constexpr int kMostRests = 20;
constexpr size_t kMostMoments = 1'000;

}  // namespace

/// Serves a task at the end of a leg, in each of its windows that may matter.
void Schedule::serve(const Kind& kind, Label& label, uint32_t breaks_before, int task, int position, int latest,
                     const int* room, const int* picked, Labels& to) {
  if (label.earliest() > latest) return;
  label.release = std::max(label.release, problem_.release[at(task)]);
  if (carries_loads_ && !load(kind, label.breaks ^ breaks_before, task, room, picked)) return;
  const int action = problem_.action(kind.type, task, label.place);
  label.place = problem_.place[at(task)];
  const Opening& opening = problem_.opening[at(task)];
  for (int w = 0; w < opening.count; ++w) {
    const Window window = opening.window(w);
    Chain trip = label.trip;
    if (!trip.within(window.open, window.close)) continue;
    const int begin = label.trip_begin();
    if (begin > trip.latest || trip.end(begin) > window.close) continue;
    Label& next = w + 1 < opening.count && tries_all_ ? (another_ = label) : label;
    next.trip = trip;
    next.now.latest = trip.latest;
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
  if (!leaves_at_once_) return;
  for (int departure : departures_[at(position + 1)]) at_moment(departure - action);
}

/// Serves a task from the earliest moment that a label allows.
void Schedule::begin_service(Label& label, const Kind& kind, int task, int action, Labels& to) {
  if (problem_.times_cost) {
    const int start = label.earliest();
    label.cost = sum(label.cost, problem_.early_cost[at(task)] * std::max(0, problem_.soft_start[at(task)] - start));
    label.cost = sum(label.cost, problem_.late_cost[at(task)] * std::max(0, start - problem_.soft_end[at(task)]));
  }
  label.trip.last(action);
  if (label.earliest() <= kind.latest) keep(label, to);
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

/// For each task, the starts at which, without any waiting between them, a later task begins at an edge of its windows
/// or of its soft one, or the route ends when it must.
void Schedule::find_moments(const Kind& kind, const List<int>& tasks) {
  const Legs& legs = problem_.legs[at(kind.matrix)];
  moments_.resize(tasks.size());
  for (size_t i = tasks.size(); i-- > 0;) {
    moments_[i].clear();
    const bool is_last = i + 1 == tasks.size();
    const int task = tasks[i];
    const int place = problem_.place[at(task)];
    const int from = i == 0 ? kind.start : problem_.place[at(tasks[i - 1])];
    const int leg = legs.duration(place, is_last ? kind.end : problem_.place[at(tasks[i + 1])]);
    const int later = problem_.action(kind.type, task, from) + leg;
    find_rests(kind, leg, tasks.size());
    const auto add = [&](int moment) {
      for (int rest : rests_) {
        if (moment < kNever - 1 && moment - later > rest) moments_[i].push_back(moment - later - rest);
      }
    };
    if (is_last) {
      add(kind.latest);
    } else {
      const int next = tasks[i + 1];
      for (int moment : moments_[i + 1]) add(moment);
      const Opening& opening = problem_.opening[at(next)];
      for (int w = 0; w < opening.count; ++w) {
        add(opening.window(w).open);
        add(opening.window(w).close);
      }
      if (problem_.late_cost[at(next)] > 0) add(problem_.soft_end[at(next)]);
      if (problem_.early_cost[at(next)] > 0) add(problem_.soft_start[at(next)]);
    }
    keep_each_once(moments_[i]);
  }
}

/// Sorts moments, and drops the last if there are too many.
void Schedule::keep_each_once(List<int>& moments) {
  std::sort(moments.begin(), moments.end());
  moments.erase(std::unique(moments.begin(), moments.end()), moments.end());
  if (moments.size() <= kMostMoments) return;
  moments.resize(kMostMoments);
  has_dropped_ = true;
}

/// How long the rests on a leg may take together.
void Schedule::find_rests(const Kind& kind, int leg, size_t tasks) {
  rests_.assign(1, 0);
  if (kind.max_driving == kNever || tasks > kMostBetweenRests) return;
  const int most = 2 + leg / kind.max_driving;
  if (most > kMostRests) has_dropped_ = true;
  for (int whole = 0; whole <= std::min(most, kMostRests); ++whole) {
    for (int first : {0, kind.rest_first}) {
      for (int second : {0, kind.rest_second}) rests_.push_back(whole * kind.rest + first + second);
    }
  }
  keep_each_once(rests_);
}

}  // namespace sisr
