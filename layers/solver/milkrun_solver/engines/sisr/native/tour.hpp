// The current plan: a doubly linked list of nodes for each vehicle, with what an insertion needs to know at each
// node. A change can be undone: each route is copied before it is first touched.
#pragma once

#include <algorithm>
#include <type_traits>

#include "balance.hpp"
#include "features.hpp"
#include "problem.hpp"
#include "schedule.hpp"

namespace sisr {

/// A stop. 32 bytes, so that a node and what is asked of it come in one cache line.
struct Node {
  int next, previous;
  int route;     // the vehicle; -1 for a task that is in no route
  int place;
  int leg;       // cost of the leg from the node before, with the work here
  int ready;     // earliest departure
  int latest;    // latest arrival from which the rest of the route keeps its times
  int leave_by;  // latest departure
};

struct Route {
  const Legs* legs;
  const Kind* kind;
  int kind_number;
  int tasks;
  int travel, distance;  // kept only if the problem has limits
  int64_t busy;          // travel and work, without waiting; the same
  Cost extra;            // cost beyond legs, work and the fixed cost: overtime, ways to reloads
  int64_t use;           // kept only if use is balanced
};

template <class F>
class Tour {
 public:
  explicit Tour(const Problem& problem);

  const Problem& problem() const { return problem_; }
  int routes() const { return problem_.vehicles; }
  const Node& node(int number) const { return nodes_[at(number)]; }
  const Route& route(int number) const { return routes_[at(number)]; }
  bool is_served(int task) const { return nodes_[at(task)].route >= 0; }
  bool is_task(int number) const { return number < problem_.tasks; }
  int start_of(int route) const { return problem_.tasks + 2 * route; }
  int end_of(int route) const { return start_of(route) + 1; }
  Cost cost() const { return problem_.balance_cost > 0 ? cost_ + balance().cost() : cost_; }
  /// What the vehicles with a route are used.
  Balance balance() const;
  int load(int route, int amount) const { return loads_[at(route) * amounts() + at(amount)]; }

  /// How many vehicles have a route, and how many tasks are in them.
  int used() const { return used_; }
  int served() const { return served_; }

  /// A vehicle of a kind that has no route; -1 if there is none.
  int empty_vehicle(int kind);

  /// Puts a task behind a node. Times and loads of the route are stale until `settle`.
  void link(int task, int after);
  /// Takes a task out of its route. Times and loads of the route are stale until `settle`.
  void unlink(int task);
  /// Lets two routes of the same kind of vehicle continue, behind these nodes, with the tasks of the other one. Times
  /// of both are stale until `settle`.
  void exchange_tails(int one, int other);
  /// Brings times and loads of a route up to date; false if it no longer keeps its times or limits.
  bool settle(int route);
  /// Puts a task behind a node of a settled route, which stays settled; false if its schedule then finds no way.
  bool insert(int task, int after);

  /// Whether a settled route keeps the rules that insertions keep by themselves: vehicles, loads and limits.
  bool keeps_rules(int route) const;

  /// Begins a change that can be undone.
  void begin();
  void undo();
  /// The routes touched since `begin`.
  const List<int>& touched() const { return touched_; }

  /// Cost of the leg to a task or an end, with the work there.
  Cost join(const Route& route, int from, int to) const { return onward(route, nodes_[at(from)].place, to); }

  /// The same for the leg from a place.
  Cost onward(const Route& route, int place, int to) const {
    Cost cost = route.legs->cost(place, nodes_[at(to)].place);
    if (problem_.works && is_task(to)) cost += route.kind->work_cost * problem_.action(route.kind->type, to, place);
    return cost;
  }

  /// Time of the leg from a place to a task or an end, with the work there.
  int64_t time_to(const Route& route, int place, int to) const {
    const int64_t travel = route.legs->duration(place, nodes_[at(to)].place);
    return is_task(to) ? travel + problem_.action(route.kind->type, to, place) : travel;
  }

  /// When a vehicle leaves a task that it reaches from a place it leaves at `ready`; kNever if it is too late.
  int leaves(const Route& route, int ready, int from_place, int task) const {
    const int arrival = ready + route.legs->duration(from_place, nodes_[at(task)].place);
    const int start = problem_.opening[at(task)].start(arrival);
    return start >= kNever ? kNever : start + problem_.action(route.kind->type, task, from_place);
  }

  /// Whether a node of a route can still be reached from a place that is left at `ready`.
  bool reaches(const Route& route, int ready, int from_place, int node) const {
    const Node& target = nodes_[at(node)];
    const int arrival = ready + route.legs->duration(from_place, target.place);
    if (!problem_.place_setups || !is_task(node)) return arrival <= target.latest;
    const int start = problem_.opening[at(node)].start(arrival);
    return start < kNever && start + problem_.action(route.kind->type, node, from_place) <= target.leave_by;
  }

  /// What is on board after a node, and the most before it and after it.
  const int* on_board(int node) const { return on_board_.data() + at(node) * amounts(); }
  const int* peak_before(int node) const { return peak_before_.data() + at(node) * amounts(); }
  const int* peak_after(int node) const { return peak_after_.data() + at(node) * amounts(); }

  /// Exact times of a route; only for rich problems.
  Schedule& schedule() { return schedule_; }
  /// The tasks of a route in order.
  void tasks_of(int route, List<int>& tasks) const;

 private:
  struct Copy {
    int number;
    Node node;
  };
  struct RouteCopy {
    int number;
    Route route;
    size_t begin;
  };

  size_t amounts() const { return at(problem_.amounts); }
  void touch(int route);
  void connect(int from, int to);
  void count_tail(int head, int sign);
  bool settle_times(int route);
  void settle_forward(int node);
  void settle_backward(int node);
  bool settle_node_forward(int number);
  bool settle_node_backward(int number);
  void settle_loads(int route);
  void settle_limits(int route);
  bool settle_schedule(int route);
  void became_empty(int route);
  void price(int task, int sign);
  Cost apart(int task) const;
  int64_t used_by(int task) const;
  int64_t time_as_scheduled(int route);
  bool keeps_pairs(int route) const;

  const Problem& problem_;
  List<Node> nodes_;
  List<Route> routes_;
  List<int> loads_;  // [route][amount], unless loads are mixed
  List<int> on_board_, peak_before_, peak_after_;
  Cost cost_ = 0;
  int used_ = 0, served_ = 0;
  Schedule schedule_;

  List<List<int>> empty_;  // [kind]: vehicles without a route, and maybe others
  List<uint8_t> listed_;   // whether a vehicle is in one of these lists

  List<int> stamp_;
  int now_ = 0;
  Cost cost_before_ = 0;
  int used_before_ = 0, served_before_ = 0;
  List<int> touched_;
  List<RouteCopy> route_copies_;
  List<Copy> copies_;
  List<int> order_, visits_;
};

template <class F>
Tour<F>::Tour(const Problem& problem) : problem_(problem), schedule_(problem) {
  const int tasks = problem.tasks;
  nodes_.resize(at(tasks + 2 * problem.vehicles));
  for (int task = 0; task < tasks; ++task) {
    nodes_[at(task)] = {-1, -1, -1, problem.place[at(task)], 0, 0, 0, 0};
  }
  stamp_.assign(at(problem.vehicles), -1);
  listed_.assign(at(problem.vehicles), 1);
  loads_.assign(at(problem.vehicles) * amounts(), 0);
  if constexpr (F::mixed) {
    for (List<int>* each : {&on_board_, &peak_before_, &peak_after_}) each->assign(nodes_.size() * amounts(), 0);
  }
  for (const Kind& kind : problem.kinds) {
    empty_.emplace_back(kind.vehicles.rbegin(), kind.vehicles.rend());
  }
  for (int v = 0; v < problem.vehicles; ++v) {
    const Kind& kind = problem.kinds[at(problem.kind_of[at(v)])];
    Route route{};
    route.legs = &problem.legs[at(kind.matrix)];
    route.kind = &kind;
    route.kind_number = problem.kind_of[at(v)];
    routes_.push_back(route);
    nodes_[at(start_of(v))] = {end_of(v), -1, v, kind.start, 0, kind.earliest, kNever, kNever};
    nodes_[at(end_of(v))] = {-1, start_of(v), v, kind.end, 0, kind.earliest, kind.latest, kind.latest};
    connect(start_of(v), end_of(v));
    if (F::timed) nodes_[at(start_of(v))].leave_by = kind.latest;
  }
  cost_ = 0;  // vehicles without a route cost nothing
}

template <class F>
int Tour<F>::empty_vehicle(int kind) {
  List<int>& vehicles = empty_[at(kind)];
  while (!vehicles.empty() && routes_[at(vehicles.back())].tasks > 0) {
    listed_[at(vehicles.back())] = 0;
    vehicles.pop_back();
  }
  return vehicles.empty() ? -1 : vehicles.back();
}

template <class F>
void Tour<F>::became_empty(int route) {
  if (listed_[at(route)]) return;
  listed_[at(route)] = 1;
  empty_[at(routes_[at(route)].kind_number)].push_back(route);
}

template <class F>
void Tour<F>::connect(int from, int to) {
  Node& target = nodes_[at(to)];
  nodes_[at(from)].next = to;
  target.previous = from;
  target.leg = static_cast<int>(std::min<Cost>(join(routes_[at(target.route)], from, to), INT32_MAX));
}

template <class F>
void Tour<F>::link(int task, int after) {
  const int number = nodes_[at(after)].route;
  touch(number);
  Route& route = routes_[at(number)];
  const int next = nodes_[at(after)].next;
  const Cost before = nodes_[at(next)].leg;
  ++served_;
  if (route.tasks++ == 0) {
    ++used_;
    cost_ += route.kind->fixed_cost;
  } else {
    cost_ -= before;
  }
  nodes_[at(task)].route = number;
  connect(after, task);
  connect(task, next);
  cost_ += Cost{nodes_[at(task)].leg} + nodes_[at(next)].leg;
  if (problem_.priced) price(task, 1);
  if constexpr (!F::mixed) {
    for (size_t a = 0; a < amounts(); ++a) {
      const size_t of_task = at(task) * amounts() + a;
      loads_[at(number) * amounts() + a] += problem_.unloaded[of_task] + problem_.loaded[of_task];
    }
  }
}

template <class F>
void Tour<F>::unlink(int task) {
  Node& node = nodes_[at(task)];
  const int number = node.route;
  touch(number);
  if (problem_.priced) price(task, -1);
  Route& route = routes_[at(number)];
  cost_ -= Cost{node.leg} + nodes_[at(node.next)].leg;
  connect(node.previous, node.next);
  --served_;
  if (--route.tasks == 0) {
    --used_;
    cost_ -= route.kind->fixed_cost;
    route.use = 0;
    became_empty(number);
  } else {
    cost_ += nodes_[at(node.next)].leg;
  }
  node.route = -1;
  if constexpr (!F::mixed) {
    for (size_t a = 0; a < amounts(); ++a) {
      const size_t of_task = at(task) * amounts() + a;
      loads_[at(number) * amounts() + a] -= problem_.unloaded[of_task] + problem_.loaded[of_task];
    }
  }
}

template <class F>
void Tour<F>::exchange_tails(int one, int other) {
  const int heads[] = {one, other};
  const int routes[] = {nodes_[at(one)].route, nodes_[at(other)].route};
  int firsts[2], lasts[2];
  for (int i : {0, 1}) {
    touch(routes[i]);
    firsts[i] = nodes_[at(heads[i])].next;
    lasts[i] = nodes_[at(end_of(routes[i]))].previous;
    count_tail(heads[i], -1);
  }
  for (int i : {0, 1}) {
    const int end = end_of(routes[i]), first = firsts[1 - i];
    connect(heads[i], is_task(first) ? first : end);
    if (is_task(first)) connect(lasts[1 - i], end);
  }
  for (int i : {0, 1}) {
    for (int node = nodes_[at(heads[i])].next; is_task(node); node = nodes_[at(node)].next) {
      nodes_[at(node)].route = routes[i];
    }
    count_tail(heads[i], 1);
  }
}

/// Counts the tasks behind a node as its route's, or no longer: their number, loads and the leg to the first of them.
/// The other legs cost the same on either route.
template <class F>
void Tour<F>::count_tail(int head, int sign) {
  const int number = nodes_[at(head)].route;
  Route& route = routes_[at(number)];
  int tasks = 0;
  int node = nodes_[at(head)].next;
  Cost cost = route.kind->fixed_cost + nodes_[at(node)].leg;
  for (; is_task(node); node = nodes_[at(node)].next, ++tasks) {
    if constexpr (!F::mixed) {
      for (size_t a = 0; a < amounts(); ++a) {
        const size_t of_task = at(node) * amounts() + a;
        loads_[at(number) * amounts() + a] += sign * (problem_.unloaded[of_task] + problem_.loaded[of_task]);
      }
    }
  }
  const bool is_used = (sign < 0 ? route.tasks : route.tasks + tasks) > 0;
  route.tasks += sign * tasks;
  if (is_used) {
    used_ += sign;
    cost_ += sign * cost;
  } else if (sign > 0) {
    became_empty(number);
  }
}

/// Adds what a task that is in a route changes in the prices of the plan, or takes it away.
template <class F>
void Tour<F>::price(int task, int sign) {
  if (problem_.compact_cost > 0) cost_ += sign * apart(task);
  if (problem_.balance_cost > 0) routes_[at(nodes_[at(task)].route)].use += sign * used_by(task);
}

/// What a task's neighbours on other vehicles cost.
template <class F>
Cost Tour<F>::apart(int task) const {
  const int route = nodes_[at(task)].route;
  Cost count = 0;
  for (int other : problem_.near[at(task)]) {
    const int its = nodes_[at(other)].route;
    if (its >= 0 && its != route) ++count;
  }
  return count * problem_.compact_cost;
}

/// What a task adds to the use of its route.
template <class F>
int64_t Tour<F>::used_by(int task) const {
  if (!problem_.balances_time) return problem_.use_of(task);
  const Node& node = nodes_[at(task)];
  const Route& route = routes_[at(node.route)];
  const int before = nodes_[at(node.previous)].place;
  const int64_t time = time_to(route, before, task) + time_to(route, node.place, node.next);
  return route.tasks == 1 ? time : time - time_to(route, before, node.next);
}

template <class F>
Balance Tour<F>::balance() const {
  Balance balance(problem_.balance_cost);
  for (int number = 0; number < routes(); ++number) {
    const Route& route = routes_[at(number)];
    if (route.tasks > 0) balance.add(number, route.use);
  }
  return balance;
}

template <class F>
bool Tour<F>::settle(int number) {
  if constexpr (F::timed) {
    if (!settle_times(number)) return false;
  }
  if constexpr (F::mixed) settle_loads(number);
  if (problem_.limited) {
    settle_limits(number);
    const Route& route = routes_[at(number)];
    if (route.travel > route.kind->max_travel || route.distance > route.kind->max_distance) return false;
    if (route.busy > route.kind->most_busy) return false;
  }
  if constexpr (F::rich) return settle_schedule(number);
  return true;
}

template <class F>
bool Tour<F>::insert(int task, int after) {
  link(task, after);
  const int number = nodes_[at(task)].route;
  if constexpr (F::timed) {
    settle_node_forward(task);  // what it was before belongs to another route
    settle_forward(nodes_[at(task)].next);
    const int next = nodes_[at(task)].next;
    if (is_task(next)) settle_node_backward(next);  // its setup may depend on where the vehicle comes from
    settle_node_backward(task);
    settle_backward(nodes_[at(task)].previous);
  }
  if constexpr (F::mixed) settle_loads(number);
  if (problem_.limited) settle_limits(number);
  if constexpr (F::rich) return settle_schedule(number);
  return true;
}

/// Brings a node's earliest departure up to date; returns whether later nodes may change too.
template <class F>
bool Tour<F>::settle_node_forward(int number) {
  Node& node = nodes_[at(number)];
  const Route& route = routes_[at(node.route)];
  const Node& from = nodes_[at(node.previous)];
  if (!is_task(number)) {
    node.ready = from.ready + route.legs->duration(from.place, node.place);
    return false;
  }
  const int ready = leaves(route, from.ready, from.place, number);
  const bool changed = ready != node.ready;
  node.ready = ready;
  return changed;
}

/// Brings a node's latest times up to date; returns whether those of the nodes before may change too.
template <class F>
bool Tour<F>::settle_node_backward(int number) {
  Node& node = nodes_[at(number)];
  const Route& route = routes_[at(node.route)];
  const Node& to = nodes_[at(node.next)];
  node.leave_by = to.latest - route.legs->duration(node.place, to.place);
  if (!is_task(number)) return false;
  const int action = problem_.action(route.kind->type, number, nodes_[at(node.previous)].place);
  const int latest = problem_.opening[at(number)].last_start(node.leave_by - action);
  const bool changed = latest != node.latest;
  node.latest = latest;
  return changed;
}

/// Brings earliest departures up to date, from a node on as far as they change.
template <class F>
void Tour<F>::settle_forward(int number) {
  while (settle_node_forward(number)) number = nodes_[at(number)].next;
}

/// Brings latest times up to date, from a node back as far as they change.
template <class F>
void Tour<F>::settle_backward(int number) {
  while (settle_node_backward(number)) number = nodes_[at(number)].previous;
}

template <class F>
bool Tour<F>::settle_times(int number) {
  const Kind& kind = *routes_[at(number)].kind;
  int node = nodes_[at(start_of(number))].next;
  for (; is_task(node); node = nodes_[at(node)].next) {
    settle_node_forward(node);
    if (nodes_[at(node)].ready >= kNever) return false;
  }
  settle_node_forward(node);
  if (nodes_[at(node)].ready > kind.latest) return false;
  for (node = nodes_[at(node)].previous; node >= 0; node = nodes_[at(node)].previous) settle_node_backward(node);
  return true;
}

template <class F>
void Tour<F>::settle_loads(int number) {
  const size_t count = amounts();
  if (count == 0) return;
  const int start = start_of(number), end = end_of(number);
  for (size_t a = 0; a < count; ++a) {
    int load = 0;
    for (int node = nodes_[at(start)].next; node != end; node = nodes_[at(node)].next) {
      if (problem_.partner[at(node)] < 0) load += problem_.unloaded[at(node) * count + a];
    }
    int peak = load;
    on_board_[at(start) * count + a] = peak_before_[at(start) * count + a] = load;
    for (int node = nodes_[at(start)].next; node != end; node = nodes_[at(node)].next) {
      load += problem_.loaded[at(node) * count + a] - problem_.unloaded[at(node) * count + a];
      peak = std::max(peak, load);
      on_board_[at(node) * count + a] = load;
      peak_before_[at(node) * count + a] = peak;
    }
    on_board_[at(end) * count + a] = load;
    peak = 0;
    for (int node = nodes_[at(end)].previous; node >= 0; node = nodes_[at(node)].previous) {
      peak = std::max(peak, on_board_[at(node) * count + a]);
      peak_after_[at(node) * count + a] = peak;
    }
  }
}

template <class F>
void Tour<F>::settle_limits(int number) {
  Route& route = routes_[at(number)];
  route.travel = route.distance = 0;
  route.busy = 0;
  if (route.tasks == 0) return;
  for (int node = start_of(number); node != end_of(number); node = nodes_[at(node)].next) {
    const int from = nodes_[at(node)].place, to = nodes_[at(nodes_[at(node)].next)].place;
    route.travel += route.legs->duration(from, to);
    route.busy += time_to(route, from, nodes_[at(node)].next);
    if (!route.legs->distances.empty()) route.distance += route.legs->distance(from, to);
  }
}

template <class F>
bool Tour<F>::settle_schedule(int number) {
  Route& route = routes_[at(number)];
  cost_ -= route.extra;
  route.extra = 0;
  if (route.tasks == 0) return true;
  tasks_of(number, order_);
  const Cost extra = schedule_.settle(number, order_);
  if (extra == kImpossible) return false;
  route.extra = extra;
  cost_ += extra;
  const bool differs = !route.kind->reloads.empty() || !route.legs->slot_start.empty();
  if (problem_.balances_time && differs) route.use = time_as_scheduled(number);
  return true;
}

/// Travel, setup, service and reloads of a route, as its schedule has them.
template <class F>
int64_t Tour<F>::time_as_scheduled(int number) {
  const Kind& kind = *routes_[at(number)].kind;
  const int breaks = static_cast<int>(kind.breaks.size());
  schedule_.visits(number, order_, visits_);
  int64_t time = schedule_.travel();
  int place = kind.start;
  for (int visit : visits_) {
    if (visit >= 0) {
      time += problem_.action(kind.type, visit, place);
      place = nodes_[at(visit)].place;
    } else if (visit < -breaks) {
      const Reload& reload = kind.reloads[at(-1 - visit - breaks)];
      time += reload.length;
      place = reload.place;
    }
  }
  return time;
}

template <class F>
void Tour<F>::tasks_of(int number, List<int>& tasks) const {
  tasks.clear();
  for (int node = nodes_[at(start_of(number))].next; is_task(node); node = nodes_[at(node)].next) {
    tasks.push_back(node);
  }
}

/// Whether both ends of each shipment are in a route, the pickup first.
template <class F>
bool Tour<F>::keeps_pairs(int number) const {
  List<int> on_board;
  for (int node = nodes_[at(start_of(number))].next; is_task(node); node = nodes_[at(node)].next) {
    const int other = problem_.partner[at(node)];
    if (other < 0) continue;
    if (problem_.is_pickup[at(node)]) {
      on_board.push_back(node);
      continue;
    }
    const auto found = std::find(on_board.begin(), on_board.end(), other);
    if (found == on_board.end()) return false;
    on_board.erase(found);
  }
  return on_board.empty();
}

template <class F>
bool Tour<F>::keeps_rules(int number) const {
  const Route& route = routes_[at(number)];
  const Kind& kind = *route.kind;
  const int end = end_of(number);
  for (int node = nodes_[at(start_of(number))].next; node != end; node = nodes_[at(node)].next) {
    if (!problem_.may_serve(route.kind_number, node)) return false;
  }
  if (!keeps_pairs(number)) return false;
  const bool may_reload = F::rich && !kind.reloads.empty();
  for (size_t a = 0; a < amounts(); ++a) {
    const size_t last = at(nodes_[at(end)].previous) * amounts() + a;
    const int load = F::mixed ? peak_before_[last] : loads_[at(number) * amounts() + a];
    if (!may_reload && load > kind.capacity[a]) return false;
  }
  return route.tasks <= kind.max_tasks && route.travel <= kind.max_travel && route.distance <= kind.max_distance;
}

template <class F>
void Tour<F>::begin() {
  ++now_;
  cost_before_ = cost_;
  used_before_ = used_;
  served_before_ = served_;
  touched_.clear();
  route_copies_.clear();
  copies_.clear();
}

template <class F>
void Tour<F>::touch(int number) {
  if (stamp_[at(number)] == now_) return;
  stamp_[at(number)] = now_;
  touched_.push_back(number);
  route_copies_.push_back({number, routes_[at(number)], copies_.size()});
  for (int node = start_of(number); node >= 0; node = nodes_[at(node)].next) {
    copies_.push_back({node, nodes_[at(node)]});
  }
}

template <class F>
void Tour<F>::undo() {
  for (int number : touched_) {
    for (int node = nodes_[at(start_of(number))].next; is_task(node); node = nodes_[at(node)].next) {
      nodes_[at(node)].route = -1;
    }
  }
  for (const Copy& copy : copies_) nodes_[at(copy.number)] = copy.node;
  for (const RouteCopy& copy : route_copies_) {
    Route& route = routes_[at(copy.number)];
    route = copy.route;
    if (route.tasks == 0) became_empty(copy.number);
    if constexpr (F::mixed) {
      settle_loads(copy.number);
    } else {
      for (size_t a = 0; a < amounts(); ++a) {
        int load = 0;
        for (int node = nodes_[at(start_of(copy.number))].next; is_task(node); node = nodes_[at(node)].next) {
          load += problem_.unloaded[at(node) * amounts() + a] + problem_.loaded[at(node) * amounts() + a];
        }
        loads_[at(copy.number) * amounts() + a] = load;
      }
    }
  }
  cost_ = cost_before_;
  used_ = used_before_;
  served_ = served_before_;
}

}  // namespace sisr
