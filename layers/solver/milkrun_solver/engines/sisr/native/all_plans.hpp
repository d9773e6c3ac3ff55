// All plans of a problem with a handful of tasks and one or two vehicles: the best of them is proven.
//
// Ruin and recreate builds a route one order at a time, and each step must keep the rules. Where the way around is
// shorter than the direct one, the best route may have no such beginning.
#pragma once

#include "relations.hpp"
#include "search.hpp"

namespace sisr {

template <class F>
class AllPlans {
 public:
  static constexpr int kMostTasks = 7, kMostVehicles = 2;

  /// Looks at all plans of the orders given, whose tour is empty.
  AllPlans(Tour<F>& tour, Relations<F>& relations, const List<int>& orders)
      : tour_(tour),
        problem_(tour.problem()),
        relations_(relations),
        orders_(orders),
        compared_before_(tour.schedule().compared()) {}

  static bool are_few(const Problem& problem) {
    return problem.tasks <= kMostTasks && problem.vehicles <= kMostVehicles;
  }

  /// The best plan. `judge` tells the value of the tour if the orders given are absent.
  template <class Judge>
  Plan best(Judge&& judge);

  /// Whether schedules were so hard to find that not all plans were looked at.
  bool gave_up() const {
    if constexpr (!F::rich) return false;
    const Schedule& schedule = tour_.schedule();
    return schedule.has_dropped() || schedule.compared() - compared_before_ > kMostCompared;
  }

 private:
  /// Nobody can stop this search before it ends by itself: this many take less than a second.
  static constexpr int64_t kMostCompared = 20'000'000;

  struct Option {
    Cost cost;
    List<int> tasks;
  };
  /// Which orders each vehicle serves, and the least value of such plans.
  struct Choice {
    Value least;
    size_t sets[kMostVehicles];
  };

  void find_routes(int vehicle);
  void lengthen(int vehicle, List<int>& tasks, size_t set, int on_board);
  template <class Judge>
  List<Choice> choices(Judge&& judge) const;
  template <class Judge>
  void look_at(const Choice& choice, Judge&& judge);
  bool load(int vehicle, const List<int>& tasks);
  void unload(int vehicle);
  List<int> absent(size_t served) const;
  const List<Option>& options(size_t vehicle, const Choice& choice) const {
    return options_[vehicle][choice.sets[vehicle]];
  }

  Tour<F>& tour_;
  const Problem& problem_;
  Relations<F>& relations_;
  const List<int>& orders_;
  const int64_t compared_before_;
  List<List<Option>> options_[kMostVehicles];  // [set of orders]: routes that serve them, the cheapest first
  bool is_found_ = false;
  Value best_value_;
  Plan best_;
};

template <class F>
template <class Judge>
Plan AllPlans<F>::best(Judge&& judge) {
  for (int vehicle = 0; vehicle < problem_.vehicles; ++vehicle) find_routes(vehicle);
  best_.assign(at(problem_.vehicles), {});
  if (gave_up()) return best_;
  List<Choice> all = choices(judge);
  std::stable_sort(all.begin(), all.end(), [](const Choice& a, const Choice& b) { return a.least < b.least; });
  for (const Choice& choice : all) {
    if (gave_up() || (is_found_ && !(choice.least < best_value_))) break;
    look_at(choice, judge);
  }
  return best_;
}

template <class F>
void AllPlans<F>::find_routes(int vehicle) {
  List<List<Option>>& routes = options_[at(vehicle)];
  routes.assign(size_t{1} << orders_.size(), {});
  routes[0].push_back({0, {}});
  List<int> tasks;
  lengthen(vehicle, tasks, 0, 0);
  for (List<Option>& some : routes) {
    std::stable_sort(some.begin(), some.end(), [](const Option& a, const Option& b) { return a.cost < b.cost; });
  }
}

/// Adds each order that is in no set, and each delivery whose pickup is on board, to the end of a route.
template <class F>
void AllPlans<F>::lengthen(int vehicle, List<int>& tasks, size_t set, int on_board) {
  const auto with = [&](int task, size_t longer, int load) {
    if (gave_up()) return;
    tasks.push_back(task);
    if (load == 0) {
      if (this->load(vehicle, tasks)) options_[at(vehicle)][longer].push_back({tour_.cost(), tasks});
      unload(vehicle);
    }
    lengthen(vehicle, tasks, longer, load);
    tasks.pop_back();
  };
  for (size_t rank = 0; rank < orders_.size(); ++rank) {
    const int order = orders_[rank];
    const int delivery = problem_.partner[at(order)];
    if (!((set >> rank) & 1u)) {
      with(order, set | size_t{1} << rank, on_board + (delivery >= 0 ? 1 : 0));
    } else if (delivery >= 0 && std::find(tasks.begin(), tasks.end(), delivery) == tasks.end()) {
      with(delivery, set, on_board - 1);
    }
  }
}

/// Puts tasks into the route of a vehicle that has none; whether that keeps the rules of a route.
template <class F>
bool AllPlans<F>::load(int vehicle, const List<int>& tasks) {
  int last = tour_.start_of(vehicle);
  for (int task : tasks) {
    tour_.link(task, last);
    last = task;
  }
  return tasks.empty() || (tour_.settle(vehicle) && tour_.keeps_rules(vehicle) && relations_.hold_on(vehicle));
}

template <class F>
void AllPlans<F>::unload(int vehicle) {
  List<int> tasks;
  tour_.tasks_of(vehicle, tasks);
  for (int task : tasks) tour_.unlink(task);
  tour_.settle(vehicle);
}

template <class F>
List<int> AllPlans<F>::absent(size_t served) const {
  List<int> left;
  for (size_t rank = 0; rank < orders_.size(); ++rank) {
    if (!((served >> rank) & 1u)) left.push_back(orders_[rank]);
  }
  return left;
}

/// Ways to share the orders among the vehicles. What plans must have in addition can only make them worse.
template <class F>
template <class Judge>
List<typename AllPlans<F>::Choice> AllPlans<F>::choices(Judge&& judge) const {
  List<Choice> found;
  const size_t sets = size_t{1} << orders_.size();
  const size_t others = problem_.vehicles == kMostVehicles ? sets : 1;
  for (size_t first = 0; first < sets; ++first) {
    if (options_[0][first].empty()) continue;
    for (size_t second = 0; second < others; ++second) {
      if ((first & second) != 0 || (others > 1 && options_[1][second].empty())) continue;
      if ((first > 0) + (second > 0) > problem_.most_routes) continue;
      Choice choice{judge(absent(first | second)), {first, second}};
      choice.least.missing = 0;
      choice.least.cost = options_[0][first][0].cost + (others > 1 ? options_[1][second][0].cost : 0);
      found.push_back(choice);
    }
  }
  return found;
}

template <class F>
template <class Judge>
void AllPlans<F>::look_at(const Choice& choice, Judge&& judge) {
  static const List<Option> nothing{{0, {}}};
  const bool has_two = problem_.vehicles == kMostVehicles;
  for (const Option& first : options(0, choice)) {
    for (const Option& second : has_two ? options(1, choice) : nothing) {
      Value least = choice.least;
      least.cost = first.cost + second.cost;
      if (is_found_ && !(least < best_value_)) break;
      bool keeps = load(0, first.tasks);
      if (has_two) keeps = load(1, second.tasks) && keeps && (first.tasks.empty() || relations_.hold_on(0));
      const Value value = judge(absent(choice.sets[0] | choice.sets[1]));
      unload(0);
      if (has_two) unload(1);
      if (!keeps || (is_found_ && !(value < best_value_))) continue;
      is_found_ = true;
      best_value_ = value;
      best_[0] = first.tasks;
      if (has_two) best_[1] = second.tasks;
    }
  }
}

}  // namespace sisr
