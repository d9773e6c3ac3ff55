// Greedy insertion with blinks: each absent job or shipment goes to the cheapest place, in a random kind of order,
// and each place is overlooked now and then. J. Christiaens and G. Vanden Berghe, "Slack induction by string
// removals for vehicle routing problems", Transportation Science 54 (2020).
//
// A job is tried beside its neighbours first, and everywhere only if that fails: P. Toth and D. Vigo, "The granular
// tabu search and its application to the vehicle-routing problem", INFORMS Journal on Computing 15 (2003).
#pragma once

#include "neighbours.hpp"
#include "places.hpp"

namespace sisr {

/// With more kinds of vehicles, an empty one of this many random kinds is tried.
constexpr int kMostKinds = 12;
/// How often the first of several orders that must be on one vehicle goes to any vehicle near: the others follow it.
constexpr double kAnyVehicle = 0.3;

template <class F>
class Recreate {
 public:
  Recreate(Tour<F>& tour, Relations<F>& relations, const Neighbours& neighbours, Random& random)
      : tour_(tour),
        relations_(relations),
        problem_(tour.problem()),
        neighbours_(neighbours),
        random_(random),
        places_(tour, relations, random) {
    tried_.assign(at(problem_.vehicles), 0);
    measure();
  }

  /// Serves as many of the absent orders as it can. An order is a job, or the pickup of a shipment.
  void insert(List<int>& absent);

 private:
  void measure();
  void sort(List<int>& orders);
  void put_required_first(List<int>& orders) const;
  void serve(List<int>& absent);
  Spot best_spot(int order);
  bool place(int order, const Spot& spot);
  int chosen_route(int order);
  int any_route(int order);

  void beside_neighbours(int order);
  void everywhere(int order);
  void in_empty_vehicles(int order);
  bool fits_route(int order, int route) const;

  /// Whether the plan has too few routes, so that each order needs one of its own.
  bool is_short() const { return tour_.used() < problem_.fewest_routes; }

  Tour<F>& tour_;
  Relations<F>& relations_;
  const Problem& problem_;
  const Neighbours& neighbours_;
  Random& random_;
  Places<F> places_;
  List<int> size_, far_;  // [task]
  List<int> tried_;       // [route]
  int now_ = 0;
  List<std::pair<int64_t, int>> keyed_;
};

template <class F>
void Recreate<F>::measure() {
  const Kind& kind = problem_.kinds[0];
  const Legs& legs = problem_.legs[at(kind.matrix)];
  const size_t amounts = at(problem_.amounts);
  List<int64_t> total(amounts, 1);
  for (int task = 0; task < problem_.tasks; ++task) {
    for (size_t a = 0; a < amounts; ++a) {
      total[a] += problem_.unloaded[at(task) * amounts + a] + problem_.loaded[at(task) * amounts + a];
    }
  }
  for (int task = 0; task < problem_.tasks; ++task) {
    const int place = problem_.place[at(task)];
    far_.push_back(legs.cost(kind.start, place));
    double share = 0;
    for (size_t a = 0; a < amounts; ++a) {
      const int64_t moved = problem_.unloaded[at(task) * amounts + a] + problem_.loaded[at(task) * amounts + a];
      share = std::max(share, static_cast<double>(moved) / static_cast<double>(total[a]));
    }
    size_.push_back(static_cast<int>(share * 1e9));
  }
}

template <class F>
void Recreate<F>::sort(List<int>& orders) {
  random_.shuffle(orders);
  const int which = random_.below(F::timed ? 17 : 11);
  const auto key = [&](int order) -> int64_t {
    const Opening& opening = problem_.opening[at(order)];
    if (which < 4) return 0;
    if (which < 8) return -size_[at(order)];
    if (which < 10) return -far_[at(order)];
    if (which < 11) return far_[at(order)];
    if (which < 13) return int64_t{opening.close} - opening.open;
    if (which < 15) return opening.open;
    return -opening.close;
  };
  const bool by_priority = problem_.prioritised && random_.chance(0.5);
  if (which < 4 && !by_priority) return;
  keyed_.clear();
  for (int order : orders) {
    keyed_.emplace_back(key(order) - (by_priority ? int64_t{problem_.priority[at(order)]} << 40 : 0), order);
  }
  std::stable_sort(keyed_.begin(), keyed_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (size_t i = 0; i < orders.size(); ++i) orders[i] = keyed_[i].second;
}

template <class F>
void Recreate<F>::insert(List<int>& absent) {
  sort(absent);
  if (problem_.requires_some) put_required_first(absent);
  const bool was_short = is_short();
  serve(absent);
  if (was_short && !is_short()) serve(absent);  // those for which no vehicle without a route was right
}

/// Orders that every plan serves come first, those at the beginning of a route in their order.
template <class F>
void Recreate<F>::put_required_first(List<int>& orders) const {
  const auto rank = [&](int order) {
    if (!problem_.required[at(order)]) return INT32_MAX;
    return problem_.first_rank[at(order)] < 0 ? problem_.tasks : problem_.first_rank[at(order)];
  };
  std::stable_sort(orders.begin(), orders.end(), [&](int a, int b) { return rank(a) < rank(b); });
}

template <class F>
void Recreate<F>::serve(List<int>& absent) {
  size_t left = 0;
  for (int order : absent) {
    const Spot spot = best_spot(order);
    if (spot.first < 0 || !place(order, spot)) absent[left++] = order;
  }
  absent.resize(left);
}

/// Puts an order into its place; false if the whole route then has too many ways to be driven to find a right one.
template <class F>
bool Recreate<F>::place(int order, const Spot& spot) {
  const int route = tour_.node(spot.first).route;
  const bool is_shipment = F::paired && spot.second >= 0;
  bool is_right;
  if (is_shipment) {
    tour_.link(order, spot.first);
    tour_.link(problem_.partner[at(order)], spot.second);
    is_right = tour_.settle(route);
  } else {
    is_right = tour_.insert(order, spot.first);
  }
  if (is_right) return true;
  tour_.unlink(order);
  if (is_shipment) tour_.unlink(problem_.partner[at(order)]);
  tour_.settle(route);
  return false;
}

template <class F>
Spot Recreate<F>::best_spot(int order) {
  ++now_;
  places_.begin(order);
  if (is_short() && !problem_.required[at(order)]) {
    in_empty_vehicles(order);
    return places_.cheapest(order);
  }
  const int chosen = problem_.related ? chosen_route(order) : -1;
  if (chosen < 0) {
    beside_neighbours(order);
    in_empty_vehicles(order);
  } else if (fits_route(order, chosen)) {
    places_.in_route(order, chosen);
  }
  const Spot found = places_.cheapest(order);
  if (found.first >= 0) return found;
  places_.forget();
  everywhere(order);
  return places_.cheapest(order);
}

/// The route to try first because of other tasks; -1 if there is no reason to.
template <class F>
int Recreate<F>::chosen_route(int order) {
  if (relations_.only_route() >= 0) return relations_.only_route();
  return problem_.is_bound[at(order)] && random_.chance(kAnyVehicle) ? any_route(order) : -1;
}

/// A random route near an order, or a vehicle without one.
template <class F>
int Recreate<F>::any_route(int order) {
  const List<int>& near = neighbours_.around(order);
  if (!near.empty() && random_.chance(0.5)) {
    return tour_.node(near[at(random_.below(static_cast<int>(near.size())))]).route;
  }
  if (tour_.used() == problem_.most_routes) return -1;
  return tour_.empty_vehicle(random_.below(static_cast<int>(problem_.kinds.size())));
}

template <class F>
void Recreate<F>::beside_neighbours(int order) {
  if (F::paired && problem_.partner[at(order)] >= 0) {
    for (int end : {order, problem_.partner[at(order)]}) {
      for (int other : neighbours_.beside(end)) {
        const int route = tour_.node(other).route;
        if (route >= 0 && tried_[at(route)] != now_) {
          tried_[at(route)] = now_;
          if (fits_route(order, route)) places_.in_route(order, route);
        }
      }
    }
    return;
  }
  for (int other : neighbours_.beside(order)) {
    const Node& node = tour_.node(other);
    if (node.route < 0 || !fits_route(order, node.route)) continue;
    places_.job_at(order, other);
    places_.job_at(order, node.previous);
  }
}

template <class F>
void Recreate<F>::everywhere(int order) {
  for (int route = 0; route < tour_.routes(); ++route) {
    if (tour_.route(route).tasks > 0 && fits_route(order, route)) places_.in_route(order, route);
  }
  in_empty_vehicles(order);
}

template <class F>
void Recreate<F>::in_empty_vehicles(int order) {
  if (tour_.used() == problem_.most_routes) return;
  const int kinds = static_cast<int>(problem_.kinds.size());
  const int tried = problem_.required[at(order)] ? kinds : std::min(kinds, kMostKinds);
  for (int i = 0; i < tried; ++i) {
    const int kind = tried == kinds ? i : random_.below(kinds);
    const int route = tour_.empty_vehicle(kind);
    if (route >= 0 && fits_route(order, route)) places_.in_route(order, route);
  }
}

/// Whether a route's vehicle may serve an order, and has room for it if loads only add up.
template <class F>
bool Recreate<F>::fits_route(int order, int number) const {
  const Route& route = tour_.route(number);
  if (!problem_.may_serve(route.kind_number, order)) return false;
  if (problem_.related && !relations_.allows(number)) return false;
  const bool is_shipment = F::paired && problem_.partner[at(order)] >= 0;
  if (route.tasks + (is_shipment ? 2 : 1) > route.kind->max_tasks) return false;
  if constexpr (!F::mixed) {
    const size_t amounts = at(problem_.amounts);
    for (size_t a = 0; a < amounts; ++a) {
      const int more = problem_.unloaded[at(order) * amounts + a] + problem_.loaded[at(order) * amounts + a];
      if (tour_.load(number, static_cast<int>(a)) + more > route.kind->capacity[a]) return false;
    }
  }
  return true;
}

}  // namespace sisr
