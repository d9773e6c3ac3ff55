// The places of one order in the routes: what each costs, and which is the cheapest that keeps the rules. Each place is
// overlooked now and then. J. Christiaens and G. Vanden Berghe, "Slack induction by string removals for vehicle routing
// problems", Transportation Science 54 (2020).
#pragma once

#include <functional>
#include <limits>

#include "plan_prices.hpp"
#include "random.hpp"
#include "relations.hpp"
#include "tour.hpp"

namespace sisr {

constexpr Cost kNoPlace = std::numeric_limits<Cost>::max();
/// A place is overlooked once in so many, and more often in a problem of a few tasks: there, greedy insertion would
/// find the same few plans again and again.
constexpr int kBlinkOnceIn = 100, kBlinkOnceInAtLeast = 3;

/// A place for a job, or for both ends of a shipment. `second` is the node before the delivery: the pickup itself
/// if it follows directly.
struct Spot {
  Cost delta = kNoPlace;
  int first = -1, second = -1;
};

template <class F>
class Places {
 public:
  Places(Tour<F>& tour, Relations<F>& relations, Random& random)
      : tour_(tour), relations_(relations), problem_(tour.problem()), random_(random), prices_(tour) {
    blink_once_in_ = std::min(kBlinkOnceIn, kBlinkOnceInAtLeast + problem_.tasks);
    next_blink();
  }

  /// Begins with an order: a job, or the pickup of a shipment.
  void begin(int order);
  /// Forgets the places that were tried.
  void forget();

  /// Tries a job behind a node.
  void job_at(int job, int after);
  /// Tries an order everywhere in a route, or in a vehicle without one.
  void in_route(int order, int route);

  /// The cheapest place of those that were tried; none if `first` is -1.
  Spot cheapest(int order);

 private:
  void shipment_in(int pickup, int route);
  void price_delivery(int delivery, int route);
  void deliver_later(int pickup, size_t rank, Cost to_next, int ready);
  bool has_room(int pickup, int node) const;
  bool fits_load(int job, int after) const;
  void offer(int order, Spot spot);
  template <class Length>
  int64_t added(int order, const Spot& spot, Length&& between) const;
  bool keeps_limits(int order, const Spot& spot) const;
  Cost exact(int order, const Spot& spot, Cost limit);

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
  Random& random_;
  PlanPrices<F> prices_;
  int blink_once_in_, until_blink_ = 0;
  Spot best_;
  List<Spot> spots_;  // those to time exactly, for rich problems
  List<int> nodes_, order_tasks_, order_latest_;
  List<Cost> delivery_, delivery_from_;  // cost of the delivery behind each node, and the least from there on
  List<std::pair<Cost, int>> heap_;
};

template <class F>
void Places<F>::begin(int order) {
  if (problem_.priced) prices_.begin(order);
  if (problem_.related) relations_.begin(order);
  forget();
}

template <class F>
void Places<F>::forget() {
  best_ = {};
  spots_.clear();
}

/// Whether a job behind a node leaves enough room on the whole route.
template <class F>
bool Places<F>::fits_load(int job, int after) const {
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
void Places<F>::job_at(int job, int after) {
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
void Places<F>::in_route(int order, int route) {
  if (F::paired && problem_.partner[at(order)] >= 0) {
    shipment_in(order, route);
    return;
  }
  for (int node = tour_.start_of(route); node != tour_.end_of(route); node = tour_.node(node).next) {
    job_at(order, node);
  }
}

template <class F>
void Places<F>::shipment_in(int pickup, int number) {
  const int delivery = problem_.partner[at(pickup)];
  const int here = problem_.place[at(pickup)], there = problem_.place[at(delivery)];
  const Route& route = tour_.route(number);
  price_delivery(delivery, number);
  Cost fixed = route.tasks == 0 ? route.kind->fixed_cost + tour_.node(tour_.end_of(number)).leg : 0;
  if (problem_.priced) fixed += prices_.least(number);
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const int first = nodes_[i], next = tour_.node(first).next;
    const Cost to_pickup = fixed + tour_.join(route, first, pickup) - tour_.node(next).leg;
    const Cost together = to_pickup + tour_.join(route, pickup, delivery) + tour_.onward(route, there, next);
    const Cost apart = to_pickup + tour_.onward(route, here, next);
    const bool may_part = i + 1 < nodes_.size() && apart + delivery_from_[i + 1] < best_.delta;
    if ((together >= best_.delta && !may_part) || blinks()) continue;
    const int ready = tour_.leaves(route, tour_.node(first).ready, tour_.node(first).place, pickup);
    if (ready >= kNever || !has_room(pickup, first)) continue;
    if (together < best_.delta) {
      const int left = tour_.leaves(route, ready, here, delivery);
      if (left < kNever && tour_.reaches(route, left, there, next)) offer(pickup, {together, first, pickup});
    }
    if (may_part) deliver_later(pickup, i, apart, ready);
  }
}

/// What a delivery costs behind each node of a route, and at least from each node on: the bound for the loop over both.
template <class F>
void Places<F>::price_delivery(int delivery, int number) {
  const Route& route = tour_.route(number);
  const int place = problem_.place[at(delivery)];
  nodes_.clear();
  delivery_.clear();
  for (int node = tour_.start_of(number); node != tour_.end_of(number); node = tour_.node(node).next) {
    const int next = tour_.node(node).next;
    nodes_.push_back(node);
    delivery_.push_back(tour_.join(route, node, delivery) + tour_.onward(route, place, next) - tour_.node(next).leg);
  }
  delivery_from_.assign(delivery_.begin(), delivery_.end());
  for (size_t i = delivery_from_.size() - 1; i-- > 0;) {
    delivery_from_[i] = std::min(delivery_from_[i], delivery_from_[i + 1]);
  }
}

/// Tries the places of a delivery with other stops between the pickup, which is behind the `rank`-th node, and it.
template <class F>
void Places<F>::deliver_later(int pickup, size_t rank, Cost to_next, int ready) {
  const int delivery = problem_.partner[at(pickup)];
  const int there = problem_.place[at(delivery)];
  const Route& route = tour_.route(tour_.node(nodes_[rank]).route);
  int time = ready, place = problem_.place[at(pickup)];
  for (size_t i = rank + 1; i < nodes_.size(); ++i) {
    const int second = nodes_[i];
    if (!tour_.reaches(route, time, place, second) || !has_room(pickup, second)) return;
    time = tour_.leaves(route, time, place, second);
    place = tour_.node(second).place;
    const Cost delta = to_next + delivery_[i];
    if (delta >= best_.delta) continue;
    const int left = tour_.leaves(route, time, place, delivery);
    if (left < kNever && tour_.reaches(route, left, there, tour_.node(second).next)) {
      offer(pickup, {delta, nodes_[rank], second});
    }
  }
}

/// Whether a vehicle has room for a shipment behind a node. Where it may reload, its schedule tells.
template <class F>
bool Places<F>::has_room(int pickup, int node) const {
  const Kind& kind = *tour_.route(tour_.node(node).route).kind;
  if (F::rich && !kind.reloads.empty()) return true;
  const size_t amounts = at(problem_.amounts);
  const int* load = tour_.on_board(node);
  for (size_t a = 0; a < amounts; ++a) {
    if (load[a] + problem_.loaded[at(pickup) * amounts + a] > kind.capacity[a]) return false;
  }
  return true;
}

/// Takes a place whose cost, load and times are right as far as the tour knows. A rich problem asks its schedule
/// once all places are known, the cheapest first.
template <class F>
void Places<F>::offer(int order, Spot spot) {
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
int64_t Places<F>::added(int order, const Spot& spot, Length&& between) const {
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
bool Places<F>::keeps_limits(int order, const Spot& spot) const {
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
Spot Places<F>::cheapest(int order) {
  if constexpr (!F::rich) return best_;
  // Few are looked at, so they are taken from a heap: the cheapest first, and of those the first.
  heap_.clear();
  for (size_t i = 0; i < spots_.size(); ++i) heap_.emplace_back(spots_[i].delta, static_cast<int>(i));
  std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
  Spot best;
  for (; !heap_.empty(); heap_.pop_back()) {
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    Spot spot = spots_[at(heap_.back().second)];
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
Cost Places<F>::exact(int order, const Spot& spot, Cost limit) {
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
