// Exchange of tails: two routes continue with what the other one still has to do. J.-Y. Potvin and J.-M. Rousseau, "An
// exchange heuristic for routeing problems with time windows", Journal of the Operational Research Society 46 (1995).
// Strings are too short for this on long routes.
#pragma once

#include "neighbours.hpp"
#include "random.hpp"
#include "tour.hpp"

namespace sisr {

template <class F>
class Tails {
 public:
  Tails(Tour<F>& tour, const Neighbours& neighbours, Random& random)
      : tour_(tour), problem_(tour.problem()), neighbours_(neighbours), random_(random) {}

  /// Whether it knows all the rules of a problem that an exchange might break.
  static bool knows(const Problem& problem) {
    return !F::paired && !F::rich && !problem.related && !problem.priced && !problem.counts_routes;
  }

  /// Lets a random task be followed by the best of its neighbours on another route of the same kind of vehicle;
  /// returns whether there is one.
  bool exchange();

 private:
  static constexpr double kBlink = 0.2;  // share of the neighbours that are overlooked

  bool keeps_times(int last, int first) const;
  bool keeps_loads(int last, int first);
  void count(int from, List<int>& loads, int& tasks) const;

  Tour<F>& tour_;
  const Problem& problem_;
  const Neighbours& neighbours_;
  Random& random_;
  List<int> mine_, theirs_;  // [amount]
};

template <class F>
bool Tails<F>::exchange() {
  const int last = random_.below(problem_.tasks);
  if (!tour_.is_served(last)) return false;
  const Route& route = tour_.route(tour_.node(last).route);
  const int next = tour_.node(last).next;
  Cost least = std::numeric_limits<Cost>::max();
  int chosen = -1;
  for (int first : neighbours_.beside(last)) {
    const Node& node = tour_.node(first);
    if (node.route < 0 || node.route == tour_.node(last).route) continue;
    if (tour_.route(node.route).kind_number != route.kind_number) continue;
    const Cost added = tour_.join(route, last, first) + tour_.join(route, node.previous, next) - node.leg;
    if (added >= least || random_.chance(kBlink)) continue;
    if (!keeps_times(last, first) || !keeps_loads(last, first)) continue;
    least = added;
    chosen = first;
  }
  if (chosen < 0) return false;
  const int other = tour_.node(chosen).route;
  tour_.exchange_tails(last, tour_.node(chosen).previous);
  for (int each : {tour_.node(last).route, other}) {
    if (!tour_.settle(each) || !tour_.keeps_rules(each)) return false;
  }
  return true;
}

template <class F>
bool Tails<F>::keeps_times(int last, int first) const {
  if constexpr (!F::timed) return true;
  const Node& mine = tour_.node(last);
  const Node& theirs = tour_.node(tour_.node(first).previous);
  const Route& route = tour_.route(mine.route);
  return tour_.reaches(route, mine.ready, mine.place, first) &&
         tour_.reaches(route, theirs.ready, theirs.place, mine.next);
}

template <class F>
bool Tails<F>::keeps_loads(int last, int first) {
  if constexpr (F::mixed) return true;  // seen afterwards
  int my_tasks = 0, their_tasks = 0;
  count(last, mine_, my_tasks);
  count(tour_.node(first).previous, theirs_, their_tasks);
  const int route = tour_.node(last).route, other = tour_.node(first).route;
  const Kind& kind = *tour_.route(route).kind;
  for (size_t a = 0; a < mine_.size(); ++a) {
    const int shift = theirs_[a] - mine_[a];  // what the other route has loaded more before the exchange
    if (tour_.load(other, static_cast<int>(a)) - shift > kind.capacity[a]) return false;
    if (tour_.load(route, static_cast<int>(a)) + shift > kind.capacity[a]) return false;
  }
  const int shift = their_tasks - my_tasks;
  return tour_.route(other).tasks - shift <= kind.max_tasks && tour_.route(route).tasks + shift <= kind.max_tasks;
}

/// The loads and the number of the tasks up to a node.
template <class F>
void Tails<F>::count(int node, List<int>& loads, int& tasks) const {
  const size_t amounts = at(problem_.amounts);
  loads.assign(amounts, 0);
  for (; tour_.is_task(node); node = tour_.node(node).previous, ++tasks) {
    for (size_t a = 0; a < amounts; ++a) {
      loads[a] += problem_.unloaded[at(node) * amounts + a] + problem_.loaded[at(node) * amounts + a];
    }
  }
}

}  // namespace sisr
