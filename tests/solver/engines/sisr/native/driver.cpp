// Runs the search without Python, for sanitizers to watch: `driver search SEED COUNT` on problems that are right,
// `driver threads SEED COUNT` with searches beside each other that are read and stopped, and `driver fuzz SEED
// COUNT` on hostile ones. Prints what it did. Ends with 1 if the search breaks a promise of api.h.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "api.h"
#include "problems.hpp"

namespace driver {
namespace {

constexpr int64_t kIterations = 300;
constexpr double kForever = 1e9, kHot = 1.0, kCold = 0.02;

void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", promise);
  std::exit(1);
}

struct Closes {
  void operator()(sisr_search* search) const { sisr_close(search); }
};
using Search = std::unique_ptr<sisr_search, Closes>;

struct Unloads {
  void operator()(sisr_loaded* loaded) const { sisr_unload(loaded); }
};
using Loaded = std::unique_ptr<sisr_loaded, Unloads>;

/// Routes with room for all that a problem's can hold.
struct Routes {
  explicit Routes(const sisr_problem& given) : begin(static_cast<size_t>(given.vehicles) + 1) {
    int64_t most = given.tasks + given.first_visit.size;
    for (int32_t v = 0; v < given.vehicles; ++v) {
      const int32_t kind = given.kind_of.data[v];
      most += given.break_begin.data[kind + 1] - given.break_begin.data[kind];
      most += std::min(given.kind_max_reloads.data[kind], given.tasks + 1);  // one more than tasks, at both ends
    }
    visits.resize(static_cast<size_t>(most));
  }

  sisr_plan plan() { return {begin.data(), visits.data(), static_cast<int64_t>(visits.size())}; }

  bool operator==(const Routes& other) const { return begin == other.begin && visits == other.visits; }

  std::vector<int32_t> begin, visits;
};

Loaded loaded(const sisr_problem& given) {
  sisr_loaded* loaded = nullptr;
  require(sisr_load(&given, &loaded) == SISR_OK, "a checked problem is loaded");
  require(loaded != nullptr, "a loaded problem is there");
  return Loaded(loaded);
}

Search opened(const Loaded& problem, const sisr_plan* start, uint64_t seed) {
  sisr_search* search = nullptr;
  require(sisr_open(problem.get(), start, seed, &search) == SISR_OK, "a search on a loaded problem opens");
  require(search != nullptr, "an opened search is there");
  return Search(search);
}

Routes best_of(sisr_search* search, const sisr_problem& given) {
  Routes routes(given);
  sisr_plan plan = routes.plan();
  require(sisr_best(search, &plan) == SISR_OK, "the best plan can be read");
  return routes;
}

/// Whether a vehicle's kind may serve a task, and the other end of its shipment.
bool is_servable(const sisr_problem& given, int32_t task) {
  const int32_t other = given.partner.data[task] < 0 ? task : given.partner.data[task];
  for (int32_t kind = 0; kind < given.kinds; ++kind) {
    const uint8_t* allowed = given.allowed.data + int64_t{kind} * given.tasks;
    if (allowed[task] && allowed[other]) return true;
  }
  return false;
}

/// Each task at most once, the ends of a shipment in one route and in order, and no more left out than told.
void require_routes(const Routes& routes, const sisr_problem& given, const sisr_progress& told) {
  std::vector<int32_t> route_of(static_cast<size_t>(given.tasks), -1);
  int64_t left = given.tasks, unservable = 0;
  require(routes.begin.front() == 0, "the first route begins with the first visit");
  for (int32_t v = 0; v < given.vehicles; ++v) {
    const int32_t begin = routes.begin[static_cast<size_t>(v)], end = routes.begin[static_cast<size_t>(v) + 1];
    require(begin <= end && end <= static_cast<int64_t>(routes.visits.size()), "routes follow each other");
    for (int32_t i = begin; i < end; ++i) {
      const int32_t task = routes.visits[static_cast<size_t>(i)];
      if (task < 0) continue;
      require(task < given.tasks, "a visit is a task");
      require(route_of[static_cast<size_t>(task)] < 0, "a task is served once");
      route_of[static_cast<size_t>(task)] = v;
      const int32_t other = given.partner.data[task];
      const bool is_delivery = other >= 0 && given.is_pickup.data[task] == 0;
      require(!is_delivery || route_of[static_cast<size_t>(other)] == v, "a delivery follows its pickup");
      --left;
    }
  }
  for (int32_t task = 0; task < given.tasks; ++task) {
    const int32_t other = given.partner.data[task];
    if (!is_servable(given, task)) ++unservable;
    if (other >= 0) {
      require(route_of[static_cast<size_t>(task)] == route_of[static_cast<size_t>(other)],
              "both ends of a shipment are served, or none");
    }
  }
  const int64_t untold = left - told.tasks_left;  // a search need not count what nobody may serve
  require(0 <= untold && untold <= unservable, "as many tasks are left out as told");
}

sisr_progress progress_of(const sisr_search* search) {
  sisr_progress progress{};
  sisr_read_progress(search, &progress);
  return progress;
}

/// Searches twice from nothing, which must end alike, and once from the result.
void search_one(const sisr_problem& given, uint64_t seed) {
  const Loaded problem = loaded(given);
  const Search one = opened(problem, nullptr, seed), other = opened(problem, nullptr, seed);
  for (sisr_search* search : {one.get(), other.get()}) {
    require(sisr_run(search, kIterations, kForever, kHot, kCold) == SISR_OK, "a search runs");
    require_routes(best_of(search, given), given, progress_of(search));
  }
  Routes best = best_of(one.get(), given);
  require(best == best_of(other.get(), given), "a seed and iterations give the same routes");
  const sisr_plan plan = best.plan();
  const Search next = opened(problem, &plan, seed + 1);
  require(sisr_run(next.get(), kIterations, kForever, kHot, kCold) == SISR_OK, "a search runs from routes");
  const sisr_progress before = progress_of(one.get()), after = progress_of(next.get());
  const bool no_worse = after.missing != before.missing             ? after.missing < before.missing
                        : after.priority_left != before.priority_left ? after.priority_left < before.priority_left
                        : after.tasks_left != before.tasks_left     ? after.tasks_left < before.tasks_left
                                                                    : after.cost <= before.cost;
  require(no_worse, "a search from routes is never worse than these");
  Routes current(given);
  sisr_plan written = current.plan();
  require(sisr_current(next.get(), &written) == SISR_OK, "the current plan can be read");
}

/// Two searches on one loaded problem beside each other, of which one opens while the other runs. The other is read
/// meanwhile, and stopped.
void search_beside(const sisr_problem& given, uint64_t seed) {
  const Loaded problem = loaded(given);
  const Search endless = opened(problem, nullptr, seed);
  Search short_one;
  std::atomic<bool> is_over{false};
  std::thread first([&] {
    sisr_run(endless.get(), std::numeric_limits<int64_t>::max(), kForever, kHot, kCold);
    is_over = true;
  });
  std::thread second([&] {
    short_one = opened(problem, nullptr, seed + 1);
    sisr_run(short_one.get(), kIterations, kForever, kHot, kCold);
  });
  while (progress_of(endless.get()).iterations < kIterations && !is_over) std::this_thread::yield();
  sisr_stop(endless.get());
  first.join();
  second.join();
  for (sisr_search* search : {endless.get(), short_one.get()}) {
    require_routes(best_of(search, given), given, progress_of(search));
  }
  const int64_t done = progress_of(endless.get()).iterations;
  require(sisr_run(endless.get(), kIterations, kForever, kHot, kCold) == SISR_OK, "a stopped search can be run");
  require(progress_of(endless.get()).iterations <= done + 1, "a stopped search stays stopped");
}

/// A message has an end within its size, whatever that is.
bool is_right(const sisr_problem& given, Chance& chance) {
  const int64_t size = chance.one_of<int64_t>({0, 1, 2, 30, 200, -1, std::numeric_limits<int64_t>::min()});
  const std::vector<char> untouched(size > 0 ? static_cast<size_t>(size) : 0, '?');
  std::vector<char> message = untouched;
  const int32_t code = sisr_check(&given, message.empty() ? nullptr : message.data(), size);
  require(code == SISR_OK || code == SISR_INVALID, "a check has a verdict");
  if (code == SISR_INVALID && !message.empty()) {
    require(std::memchr(message.data(), 0, message.size()) != nullptr, "a message ends");
  }
  return code == SISR_OK;
}

/// Opens a problem that passed the check with a hostile start, and runs it with hostile numbers.
void misuse(const sisr_problem& given, Chance& chance) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinite = std::numeric_limits<double>::infinity();
  const std::vector<double> doubles = {nan, infinite, -infinite, -1.0, 0.0, -0.0, 1e-310, 1e-3, 1.0, 1e300};
  const std::vector<int64_t> iterations = {std::numeric_limits<int64_t>::min(), -1, 0, 1, 20};
  Routes start(given);
  for (int32_t& begin : start.begin) begin = chance.number(-1, static_cast<int32_t>(start.visits.size()) + 1);
  if (chance.percent(80)) {
    start.begin.front() = 0;
    std::sort(start.begin.begin(), start.begin.end());
  }
  for (int32_t& visit : start.visits) visit = chance.number(-3, given.tasks);
  sisr_plan plan = start.plan();
  if (chance.percent(10)) plan.visits_size = chance.one_of<int64_t>({-1, 0, std::numeric_limits<int64_t>::min()});
  sisr_search* found = nullptr;
  const Loaded problem = loaded(given);
  const int32_t code = sisr_open(problem.get(), &plan, 1, &found);
  require((code == SISR_OK) == (found != nullptr), "there is a search if it opens");
  const Search search = found != nullptr ? Search(found) : opened(problem, nullptr, 1);
  sisr_run(search.get(), chance.one_of(iterations), chance.one_of(doubles), chance.one_of(doubles),
           chance.one_of(doubles));
  require_routes(best_of(search.get(), given), given, progress_of(search.get()));
}

int fuzz(Chance& chance, int count) {
  int refused = 0;
  for (int number = 0; number < count; ++number) {
    Problem problem(chance);
    for (int32_t times = chance.number(0, 3); times > 0; --times) problem.spoil(chance);
    if (!is_right(problem.given(), chance)) {
      ++refused;
    } else if (problem.given().tasks <= 100 && problem.given().vehicles <= 100) {
      misuse(problem.given(), chance);
    }
  }
  std::printf("refused %d of %d\n", refused, count);
  return 0;
}

int search(Chance& chance, int count, void (*one)(const sisr_problem&, uint64_t)) {
  for (int number = 0; number < count; ++number) {
    const Problem problem(chance);
    require(is_right(problem.given(), chance), "a right problem passes the check");
    one(problem.given(), static_cast<uint64_t>(number));
  }
  std::printf("searched %d\n", count);
  return 0;
}

}  // namespace
}  // namespace driver

int main(int size, char** arguments) {
  using namespace driver;
  if (size != 4) return 2;
  const std::string verb = arguments[1];
  Chance chance(std::strtoull(arguments[2], nullptr, 10));
  const int count = std::atoi(arguments[3]);
  if (verb == "search") return search(chance, count, search_one);
  if (verb == "threads") return search(chance, count, search_beside);
  return verb == "fuzz" ? fuzz(chance, count) : 2;
}
