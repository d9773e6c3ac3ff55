// Relations between tasks, and fixed beginnings of routes: which places they leave for an order. They hold among the
// tasks that are served.
#pragma once

#include "tour.hpp"

namespace sisr {

template <class F>
class Relations {
 public:
  explicit Relations(const Tour<F>& tour) : tour_(tour), problem_(tour.problem()) {
    forbidden_.assign(at(problem_.vehicles), 0);
  }

  /// Looks where the tasks are that an order has to do with. The next questions are about this order.
  void begin(int order);
  /// The only route that the order may be in, because others are; -1 if there are several.
  int only_route() const { return only_; }
  bool allows(int route) const { return (only_ < 0 || route == only_) && forbidden_[at(route)] != now_; }
  /// Whether the order may be put into a route that is allowed: behind `first`, and the delivery of a shipment
  /// behind `second`, which is the pickup if it follows directly.
  bool allows(int first, int second) const;

  /// Whether a route of the tour keeps all relations.
  bool hold_on(int route);

 private:
  void look(int task);
  bool admits(int before, int task, int also) const;
  bool fits(int task, int behind, int before, int after) const;
  bool keeps_beginning(int task, int before, int after) const;
  bool is_in_order(const Membership& mine, int behind) const;
  bool is_direct(const Membership& mine, int before, int after) const;
  int other_end() const { return F::paired ? problem_.partner[at(order_)] : -1; }
  bool is_there(int task) const { return tour_.is_served(task) || task == order_ || task == other_end(); }

  const Tour<F>& tour_;
  const Problem& problem_;
  int order_ = 0;
  int only_ = -1;
  List<int> forbidden_;  // [route]: the last question that it is forbidden for
  int now_ = 0;
};

template <class F>
void Relations<F>::begin(int order) {
  ++now_;
  order_ = order;
  only_ = -1;
  look(order);
  if (other_end() >= 0) look(other_end());
}

template <class F>
void Relations<F>::look(int task) {
  for (const Membership& mine : problem_.relations_of[at(task)]) {
    const Relation& relation = problem_.relations[at(mine.relation)];
    for (int other : relation.tasks) {
      const int route = tour_.node(other).route;
      if (route < 0 || other == task) continue;
      if (relation.is_on_one_vehicle()) {
        if (only_ >= 0 && only_ != route) forbidden_[at(only_)] = forbidden_[at(route)] = now_;
        only_ = route;
      } else if (relation.type == SISR_DIFFERENT_VEHICLES || tour_.route(route).kind->reloads.empty()) {
        forbidden_[at(route)] = now_;  // with reloads, the schedule may put them on different trips
      }
    }
  }
}

template <class F>
bool Relations<F>::allows(int first, int second) const {
  const int delivery = other_end();
  const bool is_direct = second == order_;
  const int after = tour_.node(first).next;
  if (!admits(first, order_, is_direct ? delivery : -1)) return false;
  if (!fits(order_, first, first, is_direct ? delivery : after)) return false;
  if (delivery < 0) return true;
  if (is_direct) return fits(delivery, first, order_, after);
  return admits(second, delivery, -1) && fits(delivery, second, second, tour_.node(second).next);
}

/// Whether these tasks may come between a node and the next: not if a direct sequence goes on there without them.
template <class F>
bool Relations<F>::admits(int before, int task, int also) const {
  const int after = tour_.node(before).next;
  if (!tour_.is_task(before) || !tour_.is_task(after)) return true;
  for (const Membership& mine : problem_.relations_of[at(before)]) {
    const auto has = [&](int one) { return problem_.rank_in(mine.relation, one) >= 0; };
    if (problem_.relations[at(mine.relation)].type != SISR_DIRECT_SEQUENCE || !has(after)) continue;
    if (!has(task) || (also >= 0 && !has(also))) return false;
  }
  return true;
}

/// Whether a task may be between these tasks, as far as its own relations say. It is put behind a node of the tour.
template <class F>
bool Relations<F>::fits(int task, int behind, int before, int after) const {
  for (const Membership& mine : problem_.relations_of[at(task)]) {
    const int type = problem_.relations[at(mine.relation)].type;
    if (type == SISR_SEQUENCE && !is_in_order(mine, behind)) return false;
    if (type == SISR_DIRECT_SEQUENCE && !is_direct(mine, before, after)) return false;
  }
  return !problem_.begins || keeps_beginning(task, before, after);
}

/// Whether the tasks that a route begins with stay at its beginning, in their order.
template <class F>
bool Relations<F>::keeps_beginning(int task, int before, int after) const {
  const auto rank_of = [&](int node) { return tour_.is_task(node) ? problem_.first_rank[at(node)] : -1; };
  const int rank = rank_of(task);
  if (rank < 0) return rank_of(after) < 0;
  if (tour_.is_task(before) && (rank_of(before) < 0 || rank_of(before) > rank)) return false;
  return rank_of(after) < 0 || rank_of(after) > rank;
}

/// Whether the members before a task of a sequence are before it, and the others behind it.
template <class F>
bool Relations<F>::is_in_order(const Membership& mine, int behind) const {
  for (int node = behind; node >= 0; node = tour_.node(node).previous) {
    if (tour_.is_task(node) && problem_.rank_in(mine.relation, node) > mine.rank) return false;
  }
  for (int node = tour_.node(behind).next; node >= 0; node = tour_.node(node).next) {
    const int rank = tour_.is_task(node) ? problem_.rank_in(mine.relation, node) : -1;
    if (rank >= 0 && rank < mine.rank) return false;
  }
  return true;
}

/// Whether the next members before and behind a task of a direct sequence are its neighbours.
template <class F>
bool Relations<F>::is_direct(const Membership& mine, int before, int after) const {
  const List<int>& tasks = problem_.relations[at(mine.relation)].tasks;
  const auto is_next = [&](int rank, int step, int neighbour) {
    for (rank += step; rank >= 0 && rank < static_cast<int>(tasks.size()); rank += step) {
      if (is_there(tasks[at(rank)])) return tasks[at(rank)] == neighbour;
    }
    return true;
  };
  return is_next(mine.rank, -1, before) && is_next(mine.rank, 1, after);
}

template <class F>
bool Relations<F>::hold_on(int route) {
  for (int node = tour_.node(tour_.start_of(route)).next; tour_.is_task(node); node = tour_.node(node).next) {
    const int before = tour_.node(node).previous;
    begin(node);
    if (!allows(route) || !fits(node, before, before, tour_.node(node).next)) return false;
  }
  return true;
}

}  // namespace sisr
