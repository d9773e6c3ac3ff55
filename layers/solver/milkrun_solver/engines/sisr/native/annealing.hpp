// Simulated annealing over ruins and recreations.
#pragma once

#include "all_plans.hpp"
#include "recreate.hpp"
#include "ruin.hpp"
#include "search.hpp"
#include "tails.hpp"

namespace sisr {

template <class F>
class Annealing : public Search {
 public:
  Annealing(std::shared_ptr<const Loaded> loaded, const Plan& start, uint64_t seed);

  void run(int64_t iterations, double seconds, double hot, double cold) override;
  Plan best() override { return with_stops(best_); }
  Plan current() override;

 private:
  static constexpr int kMostTried = 10;      // of the orders that were absent before
  static constexpr double kTails = 0.3;      // share of the iterations that exchange tails, for long routes
  static constexpr double kTaskInLegs = 10;  // what one more task left out counts

  using Clock = std::chrono::steady_clock;

  void take(const Plan& start);
  Plan best_of_all();
  void start_again();
  void iterate(double temperature);
  void exchange_tails(double temperature);
  double share_of_tails() const;
  void set_aside();
  void take_over(const Value& found);
  bool accepts(const Value& found, double temperature);
  void keep_best();
  bool is_servable(int order) const;
  void publish();
  Value value() const;
  Plan with_stops(const Plan& plan);
  int tasks_of(int order) const { return problem_->partner[at(order)] < 0 ? 1 : 2; }

  const std::shared_ptr<const Loaded> loaded_;
  const Problem* const problem_;
  const Neighbours& neighbours_;
  Random random_;
  Tour<F> tour_;
  Relations<F> relations_;
  Ruin<F> ruin_;
  Recreate<F> recreate_;
  Tails<F> tails_;
  List<int> absent_, absent_before_, idle_;
  Value current_, best_value_;
  Plan best_;
  List<uint8_t> changed_;  // [route]: since the best plan was kept
  List<int> changed_routes_;
  int64_t iterations_ = 0;
  List<int> orders_;  // that a vehicle may serve
  bool is_proven_ = false;
  const bool exchanges_tails_;
};

template <class F>
Annealing<F>::Annealing(std::shared_ptr<const Loaded> loaded, const Plan& start, uint64_t seed)
    : loaded_(std::move(loaded)),
      problem_(&loaded_->problem),
      neighbours_(loaded_->neighbours),
      random_(seed),
      tour_(*problem_),
      relations_(tour_),
      ruin_(tour_, neighbours_, random_),
      recreate_(tour_, relations_, neighbours_, random_),
      tails_(tour_, neighbours_, random_),
      exchanges_tails_(Tails<F>::knows(*problem_)) {
  changed_.assign(at(problem_->vehicles), 0);
  best_.resize(at(problem_->vehicles));
  tour_.begin();
  for (int task = 0; task < problem_->tasks; ++task) {
    const bool is_delivery = problem_->partner[at(task)] >= 0 && !problem_->is_pickup[at(task)];
    if (!is_delivery && (is_servable(task) || problem_->required[at(task)])) orders_.push_back(task);
  }
  const Plan best = AllPlans<F>::are_few(*problem_) ? best_of_all() : Plan{};
  take(is_proven_ ? best : start);
  recreate_.insert(absent_);
  for (int route : tour_.touched()) changed_routes_.push_back(route);
  current_ = best_value_ = value();
  keep_best();
  if (current_.missing > 0) start_again();
  publish();
}

/// Takes over the given routes as far as they keep the rules; all other orders are absent.
template <class F>
void Annealing<F>::take(const Plan& start) {
  for (size_t v = 0; v < start.size(); ++v) {
    const int route = static_cast<int>(v);
    int last = tour_.start_of(route);
    if (tour_.used() == problem_->most_routes) break;
    for (int task : start[v]) {
      tour_.link(task, last);
      last = task;
    }
    if (start[v].empty() || (tour_.settle(route) && tour_.keeps_rules(route) && relations_.hold_on(route))) continue;
    for (int task : start[v]) tour_.unlink(task);
    tour_.settle(route);
  }
  for (int order : orders_) {
    if (!tour_.is_served(order)) absent_.push_back(order);
  }
}

/// The best plan, which then is proven, unless the routes have too many ways to be driven.
template <class F>
Plan Annealing<F>::best_of_all() {
  AllPlans<F> all(tour_, relations_, orders_);
  const Plan best = all.best([this](List<int> absent) {
    absent_.swap(absent);
    return value();
  });
  absent_.clear();
  is_proven_ = !all.gave_up();
  return best;
}

/// Begins without the given routes, because what they lack cannot be added to them.
template <class F>
void Annealing<F>::start_again() {
  for (int route = 0; route < problem_->vehicles; ++route) {
    List<int> tasks;
    tour_.tasks_of(route, tasks);
    for (int task : tasks) {
      tour_.unlink(task);
      if (problem_->partner[at(task)] < 0 || problem_->is_pickup[at(task)]) absent_.push_back(task);
    }
    if (!tasks.empty()) tour_.settle(route);
  }
  recreate_.insert(absent_);
  take_over(value());
}

/// Whether any vehicle may serve an order. Others are never tried.
template <class F>
bool Annealing<F>::is_servable(int order) const {
  for (size_t kind = 0; kind < problem_->kinds.size(); ++kind) {
    if (problem_->may_serve(static_cast<int>(kind), order)) return true;
  }
  return false;
}

template <class F>
void Annealing<F>::run(int64_t iterations, double seconds, double hot, double cold) {
  constexpr int64_t between_looks = 32;
  const Clock::time_point begin = Clock::now();
  const double leg = neighbours_.leg();
  double temperature = hot * leg;
  for (int64_t i = 0; i < iterations && !stopped_.load(std::memory_order_relaxed); ++i) {
    if (i % between_looks == 0) {
      const double passed = std::chrono::duration<double>(Clock::now() - begin).count();
      if (passed >= seconds) break;
      const double share = std::max(passed / seconds, static_cast<double>(i) / static_cast<double>(iterations));
      temperature = leg * hot * std::pow(cold / hot, share);
      publish();
    }
    iterate(temperature);
  }
  publish();
}

template <class F>
void Annealing<F>::iterate(double temperature) {
  ++iterations_;
  tour_.begin();
  if (exchanges_tails_ && random_.chance(share_of_tails())) {
    exchange_tails(temperature);
    return;
  }
  absent_before_ = absent_;
  set_aside();
  ruin_.remove(absent_);
  recreate_.insert(absent_);
  absent_.insert(absent_.end(), idle_.begin(), idle_.end());
  const Value found = value();
  if (!accepts(found, temperature)) {
    tour_.undo();
    absent_.swap(absent_before_);
    return;
  }
  take_over(found);
}

/// The share of the iterations that exchange tails. Strings have up to ten tasks, so they reach the tails of short
/// routes.
template <class F>
double Annealing<F>::share_of_tails() const {
  constexpr double never = 10, fully = 30;
  if (tour_.used() == 0) return 0;
  const double tasks = static_cast<double>(tour_.served()) / tour_.used();
  return kTails * std::clamp((tasks - never) / (fully - never), 0.0, 1.0);
}

template <class F>
void Annealing<F>::exchange_tails(double temperature) {
  const bool is_right = tails_.exchange();
  const Value found = value();
  if (is_right && accepts(found, temperature)) {
    take_over(found);
  } else {
    tour_.undo();
  }
}

template <class F>
void Annealing<F>::take_over(const Value& found) {
  current_ = found;
  for (int route : tour_.touched()) {
    if (!changed_[at(route)]) {
      changed_[at(route)] = 1;
      changed_routes_.push_back(route);
    }
  }
  if (found < best_value_) {
    best_value_ = found;
    keep_best();
    progress_.improved_at.store(iterations_, std::memory_order_relaxed);
  }
}

/// Leaves some of the absent orders out of an iteration: on a day with far too many, trying all of them would take
/// nearly all of the time.
template <class F>
void Annealing<F>::set_aside() {
  idle_.clear();
  if (static_cast<int>(absent_.size()) <= kMostTried) return;
  random_.shuffle(absent_);
  idle_.assign(absent_.begin() + kMostTried, absent_.end());
  absent_.resize(kMostTried);
}

/// A plan that lacks more of what it must have, or leaves out more priority, is never accepted, and one that leaves
/// out less always is. With as much left out, the cost and the temperature decide. One more task left out counts as
/// much as some legs: on a day with far too many orders, the counters of absence of the same paper do worse.
template <class F>
bool Annealing<F>::accepts(const Value& found, double temperature) {
  if (found.missing > current_.missing) return false;
  const double slack = -temperature * random_.log_share();
  if (found.leaves_out_equal(current_)) {
    return static_cast<double>(found.cost) < static_cast<double>(current_.cost) + slack;
  }
  if (found.leaves_out_less(current_)) return true;
  if (found.priority != current_.priority) return false;
  return static_cast<double>(found.tasks - current_.tasks) * kTaskInLegs * neighbours_.leg() < slack;
}

template <class F>
void Annealing<F>::keep_best() {
  for (int route : changed_routes_) {
    changed_[at(route)] = 0;
    tour_.tasks_of(route, best_[at(route)]);
  }
  changed_routes_.clear();
}

template <class F>
Value Annealing<F>::value() const {
  Value value;
  const int routes = std::min(problem_->fewest_routes, static_cast<int>(orders_.size() - absent_.size()));
  value.missing = std::max(0, routes - tour_.used());
  for (int order : absent_) {
    value.missing += problem_->required[at(order)];
    value.priority += int64_t{problem_->priority[at(order)]} * tasks_of(order);
    value.tasks += tasks_of(order);
  }
  value.cost = tour_.cost();
  return value;
}

template <class F>
void Annealing<F>::publish() {
  progress_.iterations.store(iterations_, std::memory_order_relaxed);
  progress_.proven.store(is_proven_, std::memory_order_relaxed);
  progress_.missing.store(best_value_.missing, std::memory_order_relaxed);
  progress_.priority_left.store(best_value_.priority, std::memory_order_relaxed);
  progress_.tasks_left.store(best_value_.tasks, std::memory_order_relaxed);
  progress_.cost.store(best_value_.cost, std::memory_order_relaxed);
}

template <class F>
Plan Annealing<F>::current() {
  Plan plan(at(problem_->vehicles));
  for (int route = 0; route < problem_->vehicles; ++route) tour_.tasks_of(route, plan[at(route)]);
  return with_stops(plan);
}

template <class F>
Plan Annealing<F>::with_stops(const Plan& plan) {
  if constexpr (!F::rich) return plan;
  Plan result(plan.size());
  for (size_t v = 0; v < plan.size(); ++v) {
    if (!plan[v].empty()) tour_.schedule().visits(static_cast<int>(v), plan[v], result[v]);
  }
  return result;
}

}  // namespace sisr
