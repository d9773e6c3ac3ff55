// What an order changes in the prices of the whole plan, balance and compactness, if it is put into a route.
#pragma once

#include "tour.hpp"

namespace sisr {

template <class F>
class PlanPrices {
 public:
  explicit PlanPrices(const Tour<F>& tour)
      : tour_(tour), problem_(tour.problem()), saved_(problem_.priced ? at(tour.routes()) : 0, 0) {}

  /// Begins an order that is in no route. The plan stays as it is until the next one begins.
  void begin(int order);

  /// The least that the order changes at any place in a route; all that it changes, unless use is time. What its
  /// neighbours cost on other vehicles than this is left out: it is the same for all routes.
  Cost least(int route) const;

  /// What it changes beyond that if the route takes so much more time, where use is time.
  Cost beyond_least(int route, int64_t more) const;

 private:
  void count_near(int task);

  const Tour<F>& tour_;
  const Problem& problem_;
  Balance balance_{0};
  int64_t use_ = 0;   // of the order, unless use is time
  List<Cost> saved_;  // [route]: what the order's neighbours there cost on any other vehicle
  List<int> near_;    // the routes that have some
};

template <class F>
void PlanPrices<F>::begin(int order) {
  for (int route : near_) saved_[at(route)] = 0;
  near_.clear();
  const int partner = problem_.partner[at(order)];
  if (problem_.compact_cost > 0) {
    count_near(order);
    if (partner >= 0) count_near(partner);
  }
  if (problem_.balance_cost > 0) {
    balance_ = tour_.balance();
    use_ = problem_.use_of(order) + (partner >= 0 ? problem_.use_of(partner) : 0);
  }
}

template <class F>
void PlanPrices<F>::count_near(int task) {
  for (int other : problem_.near[at(task)]) {
    const int route = tour_.node(other).route;
    if (route < 0) continue;
    near_.push_back(route);
    saved_[at(route)] += problem_.compact_cost;
  }
}

template <class F>
Cost PlanPrices<F>::least(int route) const {
  if (problem_.balance_cost == 0) return -saved_[at(route)];
  const Cost then = problem_.balances_time ? balance_.least_with(route)
                                           : balance_.cost_with(route, tour_.route(route).use + use_);
  return then - balance_.cost() - saved_[at(route)];
}

template <class F>
Cost PlanPrices<F>::beyond_least(int route, int64_t more) const {
  return balance_.cost_with(route, tour_.route(route).use + more) - balance_.least_with(route);
}

}  // namespace sisr
