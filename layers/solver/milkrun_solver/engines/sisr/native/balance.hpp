// Balance: the price of the difference between the most and the least used vehicle of those that have a route.
// P. Matl, R. F. Hartl and T. Vidal compare such measures in "Workload equity in vehicle routing problems: a survey
// and analysis", Transportation Science 52 (2018).
#pragma once

#include <algorithm>
#include <limits>

#include "problem.hpp"

namespace sisr {

/// The two most and the two least used vehicles: enough to tell what the difference costs if one vehicle changes.
class Balance {
 public:
  explicit Balance(Cost price) : price_(price) {}

  /// Adds a vehicle that has a route.
  void add(int route, int64_t use) {
    ++count_;
    if (use > most_.use) {
      second_most_ = most_.use;
      most_ = {use, route};
    } else {
      second_most_ = std::max(second_most_, use);
    }
    if (use < least_.use) {
      second_least_ = least_.use;
      least_ = {use, route};
    } else {
      second_least_ = std::min(second_least_, use);
    }
  }

  /// What the difference costs.
  Cost cost() const { return count_ < 2 ? 0 : cost_of(most_.use, least_.use); }

  /// What it would cost if a vehicle had this use.
  Cost cost_with(int route, int64_t use) const {
    return is_alone(route) ? 0 : cost_of(std::max(use, most_beside(route)), std::min(use, least_beside(route)));
  }

  /// The least that it would cost, whatever use a vehicle with a route had.
  Cost least_with(int route) const { return is_alone(route) ? 0 : cost_of(most_beside(route), least_beside(route)); }

 private:
  struct Used {
    int64_t use;
    int route;
  };

  bool is_alone(int route) const { return count_ == 0 || (count_ == 1 && most_.route == route); }
  int64_t most_beside(int route) const { return route == most_.route ? second_most_ : most_.use; }
  int64_t least_beside(int route) const { return route == least_.route ? second_least_ : least_.use; }
  /// A difference beyond what the search counts costs no more, so that no cost overflows.
  Cost cost_of(int64_t most, int64_t least) const { return price_ * std::min<int64_t>(most - least, kNever); }

  static constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  static constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  Cost price_;
  int count_ = 0;
  Used most_{kLeast, -1}, least_{kMost, -1};
  int64_t second_most_ = kLeast, second_least_ = kMost;
};

}  // namespace sisr
