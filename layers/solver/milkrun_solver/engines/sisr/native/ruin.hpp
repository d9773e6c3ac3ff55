// Ruin by adjacent string removal: strings of neighbouring stops are taken out of neighbouring routes. J. Christiaens
// and G. Vanden Berghe, "Slack induction by string removals for vehicle routing problems", Transportation Science 54
// (2020). Half of the ruins begin at an order that is not served.
#pragma once

#include "neighbours.hpp"
#include "random.hpp"
#include "tour.hpp"

namespace sisr {

template <class F>
class Ruin {
 public:
  Ruin(Tour<F>& tour, const Neighbours& neighbours, Random& random)
      : tour_(tour), problem_(tour.problem()), neighbours_(neighbours), random_(random) {
    ruined_.assign(at(problem_.vehicles), 0);
  }

  /// Takes some tasks out of their routes and adds them to the absent orders.
  void remove(List<int>& absent);

 private:
  // Numbers of the paper, but for the half that keep one more.
  static constexpr double kMeanRemoved = 10;
  static constexpr int kLongestString = 10;
  static constexpr double kSplit = 0.5;        // strings of which some stops in the middle stay
  static constexpr double kKeepOneMore = 0.5;  // such stops
  // Shares of the ruins.
  static constexpr double kWholeRoutes = 0.1;
  static constexpr double kExchange = 0.05;
  static constexpr double kRelated = 0.5;

  void exchange(int seed, List<int>& absent);
  void put(const List<int>& tasks, int route, List<int>& absent);
  void take_related(int seed, size_t first, List<int>& absent);
  void take_members(const Relation& relation, List<int>& absent);
  int seed_task(const List<int>& absent);
  void take_string(int task, int length, List<int>& absent);
  void take(int task, List<int>& absent);
  void settle(List<int>& absent);

  Tour<F>& tour_;
  const Problem& problem_;
  const Neighbours& neighbours_;
  Random& random_;
  List<int> ruined_;  // [route]
  int now_ = 0;
  List<int> string_, tasks_, others_;
};

template <class F>
void Ruin<F>::remove(List<int>& absent) {
  ++now_;
  const int seed = seed_task(absent);
  if (tour_.used() == 0) return;
  if (problem_.varied && !problem_.related && random_.chance(kExchange)) {
    exchange(seed, absent);
    return;
  }
  const size_t first = absent.size();
  const double longest = std::min<double>(kLongestString, static_cast<double>(tour_.served()) / tour_.used());
  const double most_strings = 4 * kMeanRemoved / (1 + longest) - 1;
  // Where routes are counted, a vehicle can only begin one if another has lost all of its.
  const bool takes_all = (problem_.counts_routes || problem_.choosy) && random_.chance(kWholeRoutes);
  int strings = takes_all ? 1 + random_.below(2) : 1 + static_cast<int>(random_.share() * most_strings);
  const auto visit = [&](int task) {
    const int route = tour_.node(task).route;
    if (route < 0 || ruined_[at(route)] == now_) return;
    ruined_[at(route)] = now_;
    const int tasks = tour_.route(route).tasks;
    const double most = std::min<double>(longest, tasks);
    take_string(task, takes_all ? tasks : 1 + static_cast<int>(random_.share() * most), absent);
    --strings;
  };
  visit(seed);
  for (int task : neighbours_.around(seed)) {
    if (strings <= 0) break;
    visit(task);
  }
  if (problem_.related && random_.chance(kRelated)) take_related(seed, first, absent);
  settle(absent);
}

/// Lets two vehicles of different kinds exchange their routes, as far as each can drive the other's. One of them may
/// have none.
template <class F>
void Ruin<F>::exchange(int seed, List<int>& absent) {
  const int served = tour_.is_served(seed) ? seed : random_.below(problem_.tasks);
  const int kind = random_.below(static_cast<int>(problem_.kinds.size()));
  const List<int>& vehicles = problem_.kinds[at(kind)].vehicles;
  if (!tour_.is_served(served) || vehicles.empty()) return;
  const int route = tour_.node(served).route;
  int other = vehicles[at(random_.below(static_cast<int>(vehicles.size())))];
  if (tour_.route(other).tasks == 0) other = tour_.empty_vehicle(kind);
  if (other < 0 || tour_.route(route).kind_number == kind) return;
  tour_.tasks_of(route, tasks_);
  tour_.tasks_of(other, others_);
  for (int task : tasks_) tour_.unlink(task);
  for (int task : others_) tour_.unlink(task);
  put(tasks_, other, absent);
  put(others_, route, absent);
}

/// Puts tasks on a vehicle without a route in this order. It leaves out those that it may not serve, and others until
/// the route keeps the rules.
template <class F>
void Ruin<F>::put(const List<int>& tasks, int route, List<int>& absent) {
  int last = tour_.start_of(route);
  for (int task : tasks) {
    tour_.link(task, last);
    last = task;
  }
  const int kind = tour_.route(route).kind_number;
  for (int task : tasks) {
    if (!problem_.may_serve(kind, task)) take(task, absent);
  }
  while ((!tour_.settle(route) || !tour_.keeps_rules(route)) && tour_.route(route).tasks > 0) {
    tour_.tasks_of(route, string_);
    take(string_[at(random_.below(static_cast<int>(string_.size())))], absent);
  }
}

/// Takes out what the seed has to do with, which may keep it out, and what must be on the same vehicle as a task that
/// was taken out, which would keep it where it was. `first` is the first such task of the absent ones.
template <class F>
void Ruin<F>::take_related(int seed, size_t first, List<int>& absent) {
  const auto each = [this](int order, auto&& act) {
    for (int end : {order, problem_.partner[at(order)]}) {
      if (end < 0) continue;
      for (const Membership& mine : problem_.relations_of[at(end)]) act(problem_.relations[at(mine.relation)]);
    }
  };
  each(seed, [&](const Relation& relation) { take_members(relation, absent); });
  for (; first < absent.size(); ++first) {
    each(absent[first], [&](const Relation& relation) {
      if (relation.is_on_one_vehicle()) take_members(relation, absent);
    });
  }
}

/// Takes out the tasks of a relation: all of them now and then where they must move together, or else some ten.
template <class F>
void Ruin<F>::take_members(const Relation& relation, List<int>& absent) {
  const double share = kMeanRemoved / static_cast<double>(relation.tasks.size());
  const bool is_on_one_vehicle = relation.is_on_one_vehicle();
  if (is_on_one_vehicle && !random_.chance(share)) return;
  for (int task : relation.tasks) {
    if (is_on_one_vehicle || random_.chance(share)) take(task, absent);
  }
}

template <class F>
int Ruin<F>::seed_task(const List<int>& absent) {
  if (!absent.empty() && random_.chance(0.5)) return absent[at(random_.below(static_cast<int>(absent.size())))];
  return random_.below(problem_.tasks);
}

/// Takes out a string of this many stops with a task in it, or a longer one of which some in the middle stay.
template <class F>
void Ruin<F>::take_string(int task, int length, List<int>& absent) {
  const int tasks = tour_.route(tour_.node(task).route).tasks;
  length = std::min(length, tasks);
  int kept = 0;
  if (length > 1 && length < tasks && random_.chance(kSplit)) {
    kept = 1;
    while (length + kept < tasks && random_.chance(kKeepOneMore)) ++kept;
  }
  const int span = length + kept;
  int before = 0;
  for (int node = tour_.node(task).previous; tour_.is_task(node) && before < span - 1;
       node = tour_.node(node).previous) {
    ++before;
  }
  int behind = 0;
  for (int node = tour_.node(task).next; tour_.is_task(node) && behind < span - 1; node = tour_.node(node).next) {
    ++behind;
  }
  const int least = std::max(0, span - 1 - behind), most = std::min(before, span - 1);
  int back = least + random_.below(most - least + 1);
  int node = task;
  while (back-- > 0) node = tour_.node(node).previous;
  string_.clear();
  const int skip = kept > 0 ? 1 + random_.below(length - 1 > 0 ? length - 1 : 1) : span;
  for (int i = 0; i < span; ++i, node = tour_.node(node).next) {
    if (kept == 0 || i < skip || i >= skip + kept) string_.push_back(node);
  }
  for (int one : string_) take(one, absent);
}

template <class F>
void Ruin<F>::take(int task, List<int>& absent) {
  if (!tour_.is_served(task)) return;  // taken with its other end
  tour_.unlink(task);
  if constexpr (F::paired) {
    const int other = problem_.partner[at(task)];
    if (other >= 0) {
      tour_.unlink(other);
      if (!problem_.is_pickup[at(task)]) task = other;
    }
  }
  absent.push_back(task);
}

/// Brings the ruined routes up to date. A leg that is longer than the way around may make a route too late or too
/// long: it is then emptied.
template <class F>
void Ruin<F>::settle(List<int>& absent) {
  const List<int> touched = tour_.touched();
  for (int route : touched) {
    if (tour_.settle(route)) continue;
    tour_.tasks_of(route, string_);
    for (int task : List<int>(string_)) take(task, absent);
    tour_.settle(route);
  }
}

}  // namespace sisr
