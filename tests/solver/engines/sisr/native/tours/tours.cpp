// Exchanges the tails of routes in random tours, and takes that back: `tours SEED COUNT`. Prints how many it exchanged.
// Ends with 1 if a tour differs from one that is built anew with the same routes.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "../problems.hpp"
#include "tour.hpp"

namespace tours {
namespace {

using sisr::at;
using sisr::List;
using Plan = List<List<int>>;

void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", promise);
  std::exit(1);
}

template <class F>
Plan plan_of(const sisr::Tour<F>& tour) {
  Plan plan(at(tour.routes()));
  for (int route = 0; route < tour.routes(); ++route) tour.tasks_of(route, plan[at(route)]);
  return plan;
}

/// Puts tasks on their vehicles. Returns whether all routes are in time.
template <class F>
bool build(sisr::Tour<F>& tour, const Plan& plan) {
  bool is_right = true;
  for (int route = 0; route < tour.routes(); ++route) {
    int last = tour.start_of(route);
    for (int task : plan[at(route)]) {
      tour.link(task, last);
      last = task;
    }
    is_right = tour.settle(route) && is_right;
  }
  return is_right;
}

template <class F>
void require_like(const sisr::Tour<F>& tour, const sisr::Tour<F>& fresh) {
  require(plan_of(tour) == plan_of(fresh), "the routes are those of the other tour");
  require(tour.cost() == fresh.cost(), "the cost is that of the routes");
  require(tour.used() == fresh.used() && tour.served() == fresh.served(), "routes and tasks are counted");
  for (int route = 0; route < tour.routes(); ++route) {
    require(tour.route(route).tasks == fresh.route(route).tasks, "the tasks of each route are counted");
    require(tour.route(route).travel == fresh.route(route).travel, "travel is that of the route");
    require(tour.keeps_rules(route) == fresh.keeps_rules(route), "the loads are those of the route");
    for (int node = tour.start_of(route); node >= 0; node = tour.node(node).next) {
      require(tour.node(node).route == route, "each task knows its route");
      require(tour.node(node).ready == fresh.node(node).ready, "earliest times are those of the route");
      require(tour.node(node).latest == fresh.node(node).latest, "latest times are those of the route");
    }
  }
}

/// A random plan, in which each task is on a vehicle that may serve it.
Plan random_plan(const sisr::Problem& problem, driver::Chance& chance) {
  Plan plan(at(problem.vehicles));
  for (int task = 0; task < problem.tasks; ++task) {
    const int route = chance.number(0, problem.vehicles - 1);
    if (problem.may_serve(problem.kind_of[at(route)], task)) plan[at(route)].push_back(task);
  }
  return plan;
}

/// Exchanges two tails; returns whether there were any.
template <class F>
bool exchange(const sisr::Problem& problem, driver::Chance& chance) {
  const Plan plan = random_plan(problem, chance);
  sisr::Tour<F> tour(problem), before(problem), after(problem);
  if (!build(tour, plan) || !build(before, plan)) return false;
  const int one = chance.number(0, problem.vehicles - 1), other = chance.number(0, problem.vehicles - 1);
  if (one == other || problem.kind_of[at(one)] != problem.kind_of[at(other)]) return false;
  const auto head = [&](int route) {
    const int rank = chance.number(0, static_cast<int32_t>(plan[at(route)].size()));
    return rank == 0 ? tour.start_of(route) : plan[at(route)][at(rank - 1)];
  };
  tour.begin();
  tour.exchange_tails(head(one), head(other));
  const bool is_right = tour.settle(one) & tour.settle(other);
  require(build(after, plan_of(tour)) == is_right, "a tour is in time if one that is built anew is");
  if (is_right) require_like(tour, after);
  tour.undo();
  require_like(tour, before);
  return true;
}

int run(driver::Chance& chance, int count) {
  int exchanged = 0;
  while (exchanged < count) {
    const driver::Problem given(chance);
    const sisr::Problem problem(given.given());
    if (problem.rich || problem.paired || problem.priced || problem.related) continue;
    exchanged += problem.mixed ? exchange<sisr::TimedMixed>(problem, chance) : exchange<sisr::Timed>(problem, chance);
  }
  std::printf("exchanged %d\n", exchanged);
  return 0;
}

}  // namespace
}  // namespace tours

int main(int size, char** arguments) {
  if (size != 3) return 2;
  driver::Chance chance(std::strtoull(arguments[1], nullptr, 10));
  return tours::run(chance, std::atoi(arguments[2]));
}
