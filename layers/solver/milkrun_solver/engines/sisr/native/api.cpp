#include "api.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "check.hpp"
#include "search.hpp"

struct sisr_loaded {
  std::shared_ptr<const sisr::Loaded> shared;
};

struct sisr_search {
  std::unique_ptr<sisr::Search> search;
};

namespace {

/// Runs something that may throw, and returns a code instead: no exception crosses the interface.
template <class Work>
int32_t guarded(Work&& work) {
  try {
    return work();
  } catch (...) {  // only memory can run out
    return SISR_NO_MEMORY;
  }
}

sisr::Plan read(const sisr_plan& given, int32_t vehicles) {
  sisr::Plan plan(static_cast<size_t>(vehicles));
  for (int32_t v = 0; v < vehicles; ++v) {
    for (int32_t i = given.begin[v]; i < given.begin[v + 1]; ++i) {
      if (given.visits[i] >= 0) plan[static_cast<size_t>(v)].push_back(given.visits[i]);
    }
  }
  return plan;
}

int32_t write(const sisr::Plan& plan, sisr_plan& result) {
  int64_t size = 0;
  for (const auto& visits : plan) size += static_cast<int64_t>(visits.size());
  if (size > result.visits_size) return SISR_INVALID;
  int32_t next = 0;
  for (size_t v = 0; v < plan.size(); ++v) {
    result.begin[v] = next;
    for (int visit : plan[v]) result.visits[next++] = visit;
  }
  result.begin[plan.size()] = next;
  return SISR_OK;
}

}  // namespace

int32_t sisr_version(void) { return SISR_VERSION; }

int32_t sisr_check(const sisr_problem* problem, char* message, int64_t size) {
  return guarded([&] {
    const std::string fault = sisr::fault_of(*problem);
    if (fault.empty()) return SISR_OK;
    if (message != nullptr && size > 0) {
      const size_t length = std::min(fault.size(), static_cast<size_t>(size - 1));
      std::memcpy(message, fault.data(), length);
      message[length] = '\0';
    }
    return SISR_INVALID;
  });
}

int32_t sisr_load(const sisr_problem* problem, sisr_loaded** loaded) {
  *loaded = nullptr;
  return guarded([&]() -> int32_t {
    auto copied = std::make_unique<sisr_loaded>();
    copied->shared = std::make_shared<const sisr::Loaded>(*problem);
    *loaded = copied.release();
    return SISR_OK;
  });
}

void sisr_unload(sisr_loaded* loaded) { delete loaded; }

int32_t sisr_open(const sisr_loaded* loaded, const sisr_plan* start, uint64_t seed, sisr_search** search) {
  *search = nullptr;
  return guarded([&]() -> int32_t {
    const sisr::Problem& problem = loaded->shared->problem;
    if (start != nullptr && !sisr::fault_of(*start, problem.tasks, problem.vehicles).empty()) return SISR_INVALID;
    sisr::Plan plan(static_cast<size_t>(problem.vehicles));
    if (start != nullptr) plan = read(*start, problem.vehicles);
    auto opened = std::make_unique<sisr_search>();
    opened->search = sisr::make_search(loaded->shared, plan, seed);
    *search = opened.release();
    return SISR_OK;
  });
}

int32_t sisr_run(sisr_search* search, int64_t iterations, double seconds, double hot, double cold) {
  if (iterations < 0 || !(seconds >= 0) || !(hot > 0) || !(cold > 0)) return SISR_INVALID;
  return guarded([&] {
    search->search->run(iterations, seconds, hot, cold);
    return SISR_OK;
  });
}

void sisr_stop(sisr_search* search) { search->search->stop(); }

void sisr_read_progress(const sisr_search* search, sisr_progress* progress) {
  const sisr::Progress& now = search->search->progress();
  progress->iterations = now.iterations.load(std::memory_order_relaxed);
  progress->proven = now.proven.load(std::memory_order_relaxed) ? 1 : 0;
  progress->missing = now.missing.load(std::memory_order_relaxed);
  progress->priority_left = now.priority_left.load(std::memory_order_relaxed);
  progress->tasks_left = now.tasks_left.load(std::memory_order_relaxed);
  progress->cost = now.cost.load(std::memory_order_relaxed);
  progress->improved_at = now.improved_at.load(std::memory_order_relaxed);
}

int32_t sisr_best(sisr_search* search, sisr_plan* plan) {
  return guarded([&] { return write(search->search->best(), *plan); });
}

int32_t sisr_current(sisr_search* search, sisr_plan* plan) {
  return guarded([&] { return write(search->search->current(), *plan); });
}

void sisr_close(sisr_search* search) { delete search; }
