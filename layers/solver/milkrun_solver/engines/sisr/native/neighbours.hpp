// The tasks near each task.
#pragma once

#include "problem.hpp"

namespace sisr {

class Neighbours {
 public:
  explicit Neighbours(const Problem& problem);

  /// The tasks beside which a task is inserted first: the nearest, and with time windows some that are near in time.
  const List<int>& beside(int task) const { return beside_[at(task)]; }
  /// A longer list, of the tasks to remove together with a task.
  const List<int>& around(int task) const { return around_[at(task)]; }
  /// The mean cost of the legs to the ten nearest tasks: the unit of temperatures.
  double leg() const { return leg_; }

 private:
  List<List<int>> beside_, around_;
  double leg_ = 1;
};

}  // namespace sisr
