// Greedy insertion with blinks: each absent job or shipment goes to the cheapest place, in a random kind of order,
// and each place is overlooked now and then. J. Christiaens and G. Vanden Berghe, "Slack induction by string
// removals for vehicle routing problems", Transportation Science 54 (2020).
//
// A job is tried beside its neighbours first, and everywhere only if that fails: P. Toth and D. Vigo, "The granular
// tabu search and its application to the vehicle-routing problem", INFORMS Journal on Computing 15 (2003).
#pragma once

#include <functional>
#include <limits>

#include "neighbours.hpp"
#include "plan_prices.hpp"
#include "random.hpp"
#include "relations.hpp"
#include "tour.hpp"

namespace sisr {

constexpr Cost kNoPlace = std::numeric_limits<Cost>::max();
/// A place is overlooked once in so many, and more often in a problem of a few tasks: there, greedy insertion would
/// find the same few plans again and again.
constexpr int kBlinkOnceIn = 100, kBlinkOnceInAtLeast = 3;
/// With more kinds of vehicles, an empty one of this many random kinds is tried.
constexpr int kMostKinds = 12;
/// How often the first of several orders that must be on one vehicle goes to any vehicle near: the others follow it.
constexpr double kAnyVehicle = 0.3;

/// A place for a job, or for both ends of a shipment. `second` is the node before the delivery: the pickup itself
/// if it follows directly.
struct Spot {
  Cost delta = kNoPlace;
  int first = -1, second = -1;
};

template <class F>
class Recreate {
 public:
  Recreate(Tour<F>& tour, Relations<F>& relations, const Neighbours& neighbours, Random& random)
      : tour_(tour),
        relations_(relations),
        problem_(tour.problem()),
        neighbours_(neighbours),
        random_(random),
        prices_(tour) {
    tried_.assign(at(problem_.vehicles), 0);
    blink_once_in_ = std::min(kBlinkOnceIn, kBlinkOnceInAtLeast + problem_.tasks);
    next_blink();
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
  void in_route(int order, int route);
  void job_at(int job, int after);
  void shipment_in(int pickup, int route);
  bool fits_route(int order, int route) const;
  bool fits_load(int order, int after) const;
  bool keeps_limits(int order, const Spot& spot) const;
  void offer(int order, Spot spot);
  template <class Length>
  int64_t added(int order, const Spot& spot, Length&& between) const;
  Spot first_exact(int order);
  Cost exact(int order, const Spot& spot, Cost limit);

  /// Whether the plan has too few routes, so that each order needs one of its own.
  bool is_short() const { return tour_.used() < problem_.fewest_routes; }

  bool blinks() {
    if (--until_blink_ > 0) return false;
    next_blink();
    return true;
  }
  void next_blink() {
    until_blink_ = 1 + static_cast<int>(random_.log_share() / std::log1p(-1.0 / blink_once_in_));
  }

  Tour<F>& tour_;
  Relations<F>& relations_;
  const Problem& problem_;
  const Neighbours& neighbours_;
  Random& random_;
  PlanPrices<F> prices_;
  int blink_once_in_ = kBlinkOnceIn, until_blink_ = 0;
  List<int> size_, far_;  // [task]
  List<int> tried_;       // [route]
  int now_ = 0;
  Spot best_;
  List<Spot> spots_;  // those to time exactly, for rich problems
  List<int> nodes_, order_tasks_, order_latest_;
  List<Cost> delivery_, delivery_from_;  // cost of the delivery behind each node, and the least from there on
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
  best_ = {};
  spots_.clear();
  ++now_;
  if (problem_.priced) prices_.begin(order);
  if (problem_.related) relations_.begin(order);
  if (is_short() && !problem_.required[at(order)]) {
    in_empty_vehicles(order);
    return first_exact(order);
  }
  const int chosen = problem_.related ? chosen_route(order) : -1;
  if (chosen < 0) {
    beside_neighbours(order);
    in_empty_vehicles(order);
  } else if (fits_route(order, chosen)) {
    in_route(order, chosen);
  }
  Spot found = first_exact(order);
  if (found.first >= 0) return found;
  best_ = {};
  spots_.clear();
  everywhere(order);
  return first_exact(order);
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
          if (fits_route(order, route)) shipment_in(order, route);
        }
      }
    }
    return;
  }
  for (int other : neighbours_.beside(order)) {
    const Node& node = tour_.node(other);
    if (node.route < 0 || !fits_route(order, node.route)) continue;
    job_at(order, other);
    job_at(order, node.previous);
  }
}

template <class F>
void Recreate<F>::everywhere(int order) {
  for (int route = 0; route < tour_.routes(); ++route) {
    if (tour_.route(route).tasks > 0 && fits_route(order, route)) in_route(order, route);
  }
  in_empty_vehicles(order);
}

template <class F>
void Recreate<F>::in_route(int order, int route) {
  if (F::paired && problem_.partner[at(order)] >= 0) {
    shipment_in(order, route);
    return;
  }
  for (int node = tour_.start_of(route); node != tour_.end_of(route); node = tour_.node(node).next) {
    job_at(order, node);
  }
}

template <class F>
void Recreate<F>::in_empty_vehicles(int order) {
  if (tour_.used() == problem_.most_routes) return;
  const int kinds = static_cast<int>(problem_.kinds.size());
  const int tried = problem_.required[at(order)] ? kinds : std::min(kinds, kMostKinds);
  for (int i = 0; i < tried; ++i) {
    const int kind = tried == kinds ? i : random_.below(kinds);
    const int route = tour_.empty_vehicle(kind);
    if (route >= 0 && fits_route(order, route)) in_route(order, route);
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

/// Whether a job behind a node leaves enough room on the whole route.
template <class F>
bool Recreate<F>::fits_load(int job, int after) const {
  if constexpr (F::mixed) {
    const Kind& kind = *tour_.route(tour_.node(after).route).kind;
    if (F::rich && !kind.reloads.empty()) return true;  // the schedule places reloads
    const size_t amounts = at(problem_.amounts);
    const int* before = tour_.peak_before(after);
    const int* later = tour_.peak_after(after);
    for (size_t a = 0; a < amounts; ++a) {
      if (before[a] + problem_.unloaded[at(job) * amounts + a] > kind.capacity[a]) return false;
      if (later[a] + problem_.loaded[at(job) * amounts + a] > kind.capacity[a]) return false;
    }
  }
  return true;
}

template <class F>
void Recreate<F>::job_at(int job, int after) {
  const Node& from = tour_.node(after);
  const Node& to = tour_.node(from.next);
  const Route& route = tour_.route(from.route);
  const int place = problem_.place[at(job)];
  Cost delta = tour_.join(route, after, job) + tour_.onward(route, place, from.next);
  delta += route.tasks == 0 ? route.kind->fixed_cost : -Cost{to.leg};
  if (problem_.priced) delta += prices_.least(from.route);
  if (delta >= best_.delta || blinks()) return;
  if constexpr (F::timed) {
    const int ready = tour_.leaves(route, from.ready, from.place, job);
    if (ready >= kNever || !tour_.reaches(route, ready, place, from.next)) return;
  }
  if (!fits_load(job, after)) return;
  offer(job, {delta, after, -1});
}

template <class F>
void Recreate<F>::shipment_in(int pickup, int number) {
  const int delivery = problem_.partner[at(pickup)];
  const Route& route = tour_.route(number);
  const int there = problem_.place[at(delivery)];
  nodes_.clear();
  delivery_.clear();
  for (int node = tour_.start_of(number); node != tour_.end_of(number); node = tour_.node(node).next) {
    const int next = tour_.node(node).next;
    nodes_.push_back(node);
    delivery_.push_back(tour_.join(route, node, delivery) + tour_.onward(route, there, next) - tour_.node(next).leg);
  }
  delivery_from_.assign(delivery_.begin(), delivery_.end());
  for (size_t i = delivery_from_.size() - 1; i-- > 0;) {
    delivery_from_[i] = std::min(delivery_from_[i], delivery_from_[i + 1]);
  }
  const int here = problem_.place[at(pickup)];
  Cost fixed = route.tasks == 0 ? route.kind->fixed_cost + tour_.node(tour_.end_of(number)).leg : 0;
  if (problem_.priced) fixed += prices_.least(number);
  const size_t amounts = at(problem_.amounts);
  const bool may_reload = F::rich && !route.kind->reloads.empty();
  const auto has_room = [&](int node) {
    const int* load = tour_.on_board(node);
    for (size_t a = 0; a < amounts; ++a) {
      if (load[a] + problem_.loaded[at(pickup) * amounts + a] > route.kind->capacity[a]) return false;
    }
    return true;
  };
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const int first = nodes_[i];
    const int after = tour_.node(first).next;
    const Cost before = tour_.node(after).leg;
    const Cost to_pickup = tour_.join(route, first, pickup);
    const Cost apart = fixed + to_pickup + tour_.onward(route, here, after) - before;
    const Cost together = fixed + to_pickup + tour_.join(route, pickup, delivery) + tour_.onward(route, there, after) - before;
    const bool may_part = i + 1 < nodes_.size() && apart + delivery_from_[i + 1] < best_.delta;
    if ((together >= best_.delta && !may_part) || blinks()) continue;
    const int ready = tour_.leaves(route, tour_.node(first).ready, tour_.node(first).place, pickup);
    if (ready >= kNever || (!may_reload && !has_room(first))) continue;
    if (together < best_.delta) {
      const int left = tour_.leaves(route, ready, here, delivery);
      if (left < kNever && tour_.reaches(route, left, there, after)) offer(pickup, {together, first, pickup});
    }
    if (!may_part) continue;
    int time = ready, place = here;
    for (size_t j = i + 1; j < nodes_.size(); ++j) {
      const int second = nodes_[j];
      if (!tour_.reaches(route, time, place, second) || (!may_reload && !has_room(second))) break;
      time = tour_.leaves(route, time, place, second);
      place = tour_.node(second).place;
      const Cost delta = apart + delivery_[j];
      if (delta >= best_.delta) continue;
      const int left = tour_.leaves(route, time, place, delivery);
      if (left < kNever && tour_.reaches(route, left, there, tour_.node(second).next)) {
        offer(pickup, {delta, first, second});
      }
    }
  }
}

/// Takes a place whose cost, load and times are right as far as the tour knows. A rich problem asks its schedule
/// once all places are known, the cheapest first.
template <class F>
void Recreate<F>::offer(int order, Spot spot) {
  if (problem_.limited && !keeps_limits(order, spot)) return;
  if (problem_.related && !relations_.allows(spot.first, spot.second)) return;
  if (problem_.balances_time) {
    const int number = tour_.node(spot.first).route;
    const Route& route = tour_.route(number);
    const auto time = [&](int from, int to) { return tour_.time_to(route, tour_.node(from).place, to); };
    spot.delta += prices_.beyond_least(number, added(order, spot, time));
    if (spot.delta >= best_.delta) return;
  }
  if constexpr (F::rich) {
    spots_.push_back(spot);
  } else {
    best_ = spot;
  }
}

/// What an order adds to a route at a place, of anything that is a sum over the legs between nodes.
template <class F>
template <class Length>
int64_t Recreate<F>::added(int order, const Spot& spot, Length&& between) const {
  const int first = spot.first, next = tour_.node(first).next;
  const bool is_first = tour_.route(tour_.node(first).route).tasks == 0;
  const int64_t more = between(first, order) - (is_first ? 0 : between(first, next));
  if (spot.second < 0) return more + between(order, next);
  const int delivery = problem_.partner[at(order)];
  if (spot.second == order) return more + between(order, delivery) + between(delivery, next);
  const int after = tour_.node(spot.second).next;
  return more + between(order, next) + between(spot.second, delivery) + between(delivery, after) -
         between(spot.second, after);
}

template <class F>
bool Recreate<F>::keeps_limits(int order, const Spot& spot) const {
  const Route& route = tour_.route(tour_.node(spot.first).route);
  const Legs& legs = *route.legs;
  const auto keeps = [&](auto&& length, int had, int most) {
    const auto between = [&](int from, int to) -> int64_t {
      return length(tour_.node(from).place, tour_.node(to).place);
    };
    return most >= kNever || had + added(order, spot, between) <= most;
  };
  const auto duration = [&](int from, int to) { return legs.duration(from, to); };
  const auto distance = [&](int from, int to) { return legs.distance(from, to); };
  if (route.kind->most_busy < kNever) {
    const auto time = [&](int from, int to) -> int64_t { return tour_.time_to(route, tour_.node(from).place, to); };
    if (route.busy + added(order, spot, time) > route.kind->most_busy) return false;
  }
  return keeps(duration, route.travel, route.kind->max_travel) &&
         (legs.distances.empty() || keeps(distance, route.distance, route.kind->max_distance));
}

template <class F>
Spot Recreate<F>::first_exact(int order) {
  if constexpr (!F::rich) return best_;
  // Few are looked at, so they are taken from a heap: the cheapest first, and of those the first.
  keyed_.clear();
  for (size_t i = 0; i < spots_.size(); ++i) keyed_.emplace_back(spots_[i].delta, static_cast<int>(i));
  std::make_heap(keyed_.begin(), keyed_.end(), std::greater<>());
  Spot best;
  for (; !keyed_.empty(); keyed_.pop_back()) {
    std::pop_heap(keyed_.begin(), keyed_.end(), std::greater<>());
    Spot spot = spots_[at(keyed_.back().second)];
    if (spot.delta >= best.delta) break;
    const Cost had = tour_.route(tour_.node(spot.first).route).extra;
    const Cost extra = exact(order, spot, best.first < 0 ? kImpossible : best.delta - spot.delta + had);
    if (extra == kImpossible) continue;
    spot.delta += extra - had;
    if (spot.delta < best.delta) best = spot;
  }
  return best;
}

/// The extra cost of a route with an order put in; kImpossible if its schedule does not allow it below a limit.
template <class F>
Cost Recreate<F>::exact(int order, const Spot& spot, Cost limit) {
  const int route = tour_.node(spot.first).route;
  order_tasks_.clear();
  order_latest_.clear();
  int kept = -1;
  const auto add = [&](int task, int latest) {
    order_tasks_.push_back(task);
    order_latest_.push_back(latest);
  };
  const bool strict = !problem_.place_setups;
  for (int node = tour_.start_of(route); node != tour_.end_of(route); node = tour_.node(node).next) {
    if (tour_.is_task(node)) add(node, strict ? tour_.node(node).latest : kNever);
    if (node == spot.first) {
      kept = static_cast<int>(order_tasks_.size());
      add(order, kNever);
      if (spot.second == order) add(problem_.partner[at(order)], kNever);
    }
    if (node == spot.second) add(problem_.partner[at(order)], kNever);
  }
  return tour_.schedule().with(route, order_tasks_, kept, order_latest_, limit);
}

}  // namespace sisr
