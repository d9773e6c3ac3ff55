// The search: ruin and recreate under simulated annealing, of one feature set.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>

#include "neighbours.hpp"
#include "problem.hpp"

namespace sisr {

/// What a plan lacks that every plan must have, what is left out, and the cost of the rest; compared in this order.
struct Value {
  int64_t missing = 0, priority = 0, tasks = 0;
  Cost cost = 0;

  bool leaves_out_less(const Value& other) const {
    if (missing != other.missing) return missing < other.missing;
    return priority != other.priority ? priority < other.priority : tasks < other.tasks;
  }
  bool leaves_out_equal(const Value& other) const {
    return missing == other.missing && priority == other.priority && tasks == other.tasks;
  }
  bool operator<(const Value& other) const {
    return leaves_out_equal(other) ? cost < other.cost : leaves_out_less(other);
  }
};

/// Routes by vehicle, as orders of tasks.
using Plan = List<List<int>>;

/// Progress that another thread may read.
struct Progress {
  std::atomic<int64_t> iterations{0}, missing{0}, priority_left{0}, tasks_left{0}, cost{0}, improved_at{0};
  std::atomic<bool> proven{false};
};

class Search {
 public:
  virtual ~Search() = default;
  virtual void run(int64_t iterations, double seconds, double hot, double cold) = 0;
  /// Tasks, breaks and reloads of each vehicle in order, coded as in `sisr_plan`.
  virtual Plan best() = 0;
  virtual Plan current() = 0;

  void stop() { stopped_.store(true, std::memory_order_relaxed); }
  const Progress& progress() const { return progress_; }

 protected:
  std::atomic<bool> stopped_{false};
  Progress progress_;
};

/// What searches of one problem share.
struct Loaded {
  explicit Loaded(const sisr_problem& given) : problem(given), neighbours(problem) {}

  const Problem problem;
  const Neighbours neighbours;
};

/// The search for a problem, from routes of which those that do not keep the rules are left out.
std::unique_ptr<Search> make_search(std::shared_ptr<const Loaded> loaded, const Plan& start, uint64_t seed);

}  // namespace sisr
