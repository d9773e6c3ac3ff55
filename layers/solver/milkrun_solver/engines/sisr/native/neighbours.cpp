#include "neighbours.hpp"

#include <algorithm>
#include <numeric>

namespace sisr {
namespace {

constexpr int kBeside = 30;
constexpr int kAround = 300;
constexpr int kTypical = 10;

/// Whether one task can follow the other directly, for the fastest vehicle there is.
bool can_follow(const Problem& problem, int first, int second) {
  if (!problem.timed) return true;
  const Opening& from = problem.opening[at(first)];
  const Opening& to = problem.opening[at(second)];
  for (const Legs& legs : problem.legs) {
    const int travel = legs.duration(problem.place[at(first)], problem.place[at(second)]);
    if (from.open + travel <= to.close) return true;
  }
  return false;
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
    List<int>& beside = beside_[at(task)];
    for (int other : order) {
      if (static_cast<int>(beside.size()) == kBeside) break;
      if (can_follow(problem, task, other) || can_follow(problem, other, task)) beside.push_back(other);
    }
    around_[at(task)] = order;
  }
  if (counted > 0 && total > 0) leg_ = total / static_cast<double>(counted);
}

}  // namespace sisr
