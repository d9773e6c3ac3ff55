#include "neighbours.hpp"

#include <algorithm>
#include <numeric>

namespace sisr {
namespace {

constexpr size_t kBeside = 30;
constexpr int kAround = 300;
constexpr int kTypical = 10;

/// The least time from leaving one task to beginning at another, for the fastest vehicle there is; kNever if it is
/// then too late.
int gap(const Problem& problem, int first, int second) {
  const Opening& from = problem.opening[at(first)];
  const Opening& to = problem.opening[at(second)];
  int least = kNever;
  for (const Legs& legs : problem.legs) {
    const int travel = legs.duration(problem.place[at(first)], problem.place[at(second)]);
    if (from.open + travel > to.close) continue;
    least = std::min(least, std::max(travel, to.open - from.close));
  }
  return least;
}

/// The tasks beside which a task is inserted first: some that are near in space, and some that are near in time too.
/// In a long day, those nearest in space are often hours apart.
List<int> nearest_in_time(const Problem& problem, int task, const List<int>& around) {
  List<int> beside, others;
  List<int> gaps(at(problem.tasks));
  const size_t most = problem.timed ? kBeside / 2 : kBeside;
  for (int other : around) {
    const int least = problem.timed ? std::min(gap(problem, task, other), gap(problem, other, task)) : 0;
    if (least == kNever) continue;
    gaps[at(other)] = least;
    (beside.size() < most ? beside : others).push_back(other);
  }
  std::stable_sort(others.begin(), others.end(), [&gaps](int a, int b) { return gaps[at(a)] < gaps[at(b)]; });
  others.resize(std::min(others.size(), kBeside - most));
  beside.insert(beside.end(), others.begin(), others.end());
  return beside;
}

}  // namespace

Neighbours::Neighbours(const Problem& problem) {
  const int tasks = problem.tasks;
  const int most = std::min(kAround, tasks - 1);
  beside_.resize(at(tasks));
  around_.resize(at(tasks));
  double total = 0;
  int64_t counted = 0;
  List<int> distance(at(tasks));
  List<int> order;
  for (int task = 0; task < tasks; ++task) {
    const Legs& legs = problem.legs[0];
    const int* from = legs.cost_from(problem.place[at(task)]);
    const int* to = legs.cost_to(problem.place[at(task)]);
    order.clear();
    for (int other = 0; other < tasks; ++other) {
      const int there = problem.place[at(other)];
      distance[at(other)] = std::min(from[there], to[there]);
      if (other != task) order.push_back(other);
    }
    const auto nearer = [&distance](int a, int b) {
      return distance[at(a)] != distance[at(b)] ? distance[at(a)] < distance[at(b)] : a < b;
    };
    std::partial_sort(order.begin(), order.begin() + most, order.end(), nearer);
    order.resize(at(most));
    for (int i = 0; i < std::min(kTypical, most); ++i, ++counted) total += distance[at(order[at(i)])];
    around_[at(task)] = order;
    beside_[at(task)] = nearest_in_time(problem, task, order);
  }
  if (counted > 0 && total > 0) leg_ = total / static_cast<double>(counted);
}

}  // namespace sisr
