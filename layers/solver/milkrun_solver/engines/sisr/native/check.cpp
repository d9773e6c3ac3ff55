#include "check.hpp"

#include <vector>

namespace sisr {
namespace {

constexpr int32_t kMost = SISR_NEVER;
/// Costs of a kind: so low that sums over ten thousand tasks stay within 64 bits.
constexpr int64_t kMostCost = int64_t{1} << 48;

class Checker {
 public:
  explicit Checker(const sisr_problem& problem) : it_(problem) {}

  std::string fault() {
    counts();
    if (fault_.empty()) legs();
    if (fault_.empty()) slots();
    if (fault_.empty()) tasks();
    if (fault_.empty()) kinds();
    if (fault_.empty()) breaks_and_reloads();
    if (fault_.empty()) plan_prices();
    if (fault_.empty()) firsts();
    if (fault_.empty()) relations();
    return fault_;
  }

 private:
  template <class A>
  bool has_size(const char* name, const A& array, int64_t size) {
    if (!fault_.empty()) return false;
    if (array.size != size) return fail(name, "has a wrong size");
    if (size > 0 && array.data == nullptr) return fail(name, "is missing");
    return true;
  }

  template <class A>
  bool between(const char* name, const A& array, int64_t size, int64_t least, int64_t most) {
    if (!has_size(name, array, size)) return false;
    for (int64_t i = 0; i < size; ++i) {
      if (array.data[i] < least || array.data[i] > most) return fail(name, "has a value out of range");
    }
    return true;
  }

  /// The bounds of `lists` lists in `items`.
  template <class A>
  bool bounds(const char* name, const sisr_ints& begin, int64_t lists, const A& items) {
    if (!has_size(name, begin, lists + 1)) return false;
    if (items.size < 0 || items.size > kMost || (items.size > 0 && items.data == nullptr)) {
      return fail(name, "bounds a list without a size");
    }
    if (begin.data[0] != 0 || begin.data[lists] != items.size) return fail(name, "does not bound its list");
    for (int64_t i = 0; i < lists; ++i) {
      if (begin.data[i] > begin.data[i + 1]) return fail(name, "descends");
    }
    return true;
  }

  bool windows(const char* name, const sisr_ints& begin, int64_t lists, const sisr_ints& open,
               const sisr_ints& close) {
    if (!bounds(name, begin, lists, open)) return false;
    if (!between(name, open, open.size, 0, kMost) || !between(name, close, open.size, 0, kMost)) return false;
    for (int64_t list = 0; list < lists; ++list) {
      for (int32_t i = begin.data[list]; i < begin.data[list + 1]; ++i) {
        const bool follows = i == begin.data[list] || close.data[i - 1] < open.data[i];
        if (open.data[i] > close.data[i] || !follows) return fail(name, "has windows that are not in order");
      }
    }
    return true;
  }

  bool fail(const char* name, const char* what) {
    if (fault_.empty()) fault_ = std::string(name) + " " + what + ".";
    return false;
  }

  void counts() {
    const auto in = [this](const char* name, int64_t value, int64_t least, int64_t most) {
      if (value < least || value > most) fail(name, "is out of range");
    };
    constexpr int64_t most_tasks = 1'000'000;
    in("tasks", it_.tasks, 1, most_tasks);
    in("places", it_.places, 1, most_tasks);
    in("matrices", it_.matrices, 1, most_tasks);
    in("amounts", it_.amounts, 0, 1'000);
    in("types", it_.types, 1, most_tasks);
    in("kinds", it_.kinds, 1, most_tasks);
    in("vehicles", it_.vehicles, 1, most_tasks);
    in("fewest_routes", it_.fewest_routes, 0, it_.vehicles);
    in("most_routes", it_.most_routes, 1, it_.vehicles);
  }

  void legs() {
    const int64_t cells = int64_t{it_.matrices} * it_.places * it_.places;
    between("durations", it_.durations, cells, 0, kMost);
    between("costs", it_.costs, cells, 0, kMost);
    if (it_.distances.size != 0) between("distances", it_.distances, cells, 0, kMost);
  }

  void slots() {
    if (!bounds("slot_begin", it_.slot_begin, it_.matrices, it_.slot_start)) return;
    const int64_t slots = it_.slot_start.size;
    if (slots > 0 && slots > kMost / it_.places / it_.places) return void(fail("slot_start", "has too many"));
    between("slot_start", it_.slot_start, slots, 0, kMost);
    between("slot_durations", it_.slot_durations, slots * it_.places * it_.places, 0, kMost);
    for (int32_t m = 0; fault_.empty() && m < it_.matrices; ++m) {
      for (int32_t i = it_.slot_begin.data[m]; i < it_.slot_begin.data[m + 1]; ++i) {
        const bool is_first = i == it_.slot_begin.data[m];
        if (is_first ? it_.slot_start.data[i] != 0 : it_.slot_start.data[i] < it_.slot_start.data[i - 1]) {
          fail("slot_start", "descends, or does not begin at 0");
        }
        shortest(m, i);
      }
    }
  }

  /// No leg of a matrix takes less time in a slot than in `durations`: by these, the search drops what is too late.
  void shortest(int32_t matrix, int32_t slot) {
    const int64_t cells = int64_t{it_.places} * it_.places;
    for (int64_t cell = 0; fault_.empty() && cell < cells; ++cell) {
      if (it_.slot_durations.data[slot * cells + cell] < it_.durations.data[matrix * cells + cell]) {
        fail("slot_durations", "is shorter than the shortest");
      }
    }
  }

  void tasks() {
    const int64_t tasks = it_.tasks;
    between("task_place", it_.task_place, tasks, 0, it_.places - 1);
    between("partner", it_.partner, tasks, -1, tasks - 1);
    between("is_pickup", it_.is_pickup, tasks, 0, 1);
    between("priority", it_.priority, tasks, 0, 1'000'000);
    between("release", it_.release, tasks, 0, kMost);
    between("setup", it_.setup, it_.types * tasks, 0, kMost / 2);
    between("service", it_.service, it_.types * tasks, 0, kMost / 2);
    between("soft_start", it_.soft_start, tasks, 0, kMost);
    between("soft_end", it_.soft_end, tasks, 0, kMost);
    between("early_cost", it_.early_cost, tasks, 0, kMost);
    between("late_cost", it_.late_cost, tasks, 0, kMost);
    between("unloaded", it_.unloaded, tasks * it_.amounts, 0, kMost);
    between("loaded", it_.loaded, tasks * it_.amounts, 0, kMost);
    windows("window_begin", it_.window_begin, tasks, it_.window_open, it_.window_close);
    if (!fault_.empty()) return;
    partners();
    sums();
  }

  void partners() {
    for (int32_t task = 0; task < it_.tasks; ++task) {
      const int32_t other = it_.partner.data[task];
      if (other < 0 && it_.is_pickup.data[task]) fail("partner", "is missing for a pickup");
      if (other < 0) continue;
      if (other == task || it_.partner.data[other] != task || it_.is_pickup.data[task] == it_.is_pickup.data[other]) {
        fail("partner", "does not match");
      }
    }
  }

  /// All amounts together stay within 32 bits, so that no load overflows.
  void sums() {
    for (int32_t a = 0; a < it_.amounts; ++a) {
      int64_t total = 0;
      for (int64_t task = 0; task < it_.tasks; ++task) {
        total += int64_t{it_.unloaded.data[task * it_.amounts + a]} + it_.loaded.data[task * it_.amounts + a];
      }
      if (total > kMost) fail("unloaded", "and loaded add up to too much");
    }
  }

  void kinds() {
    const int64_t kinds = it_.kinds;
    between("kind_of", it_.kind_of, it_.vehicles, 0, kinds - 1);
    between("kind_matrix", it_.kind_matrix, kinds, 0, it_.matrices - 1);
    between("kind_type", it_.kind_type, kinds, 0, it_.types - 1);
    between("kind_start", it_.kind_start, kinds, 0, it_.places - 1);
    between("kind_end", it_.kind_end, kinds, 0, it_.places - 1);
    between("kind_earliest", it_.kind_earliest, kinds, 0, kMost - 1);
    between("kind_latest", it_.kind_latest, kinds, 0, kMost - 1);
    between("kind_capacity", it_.kind_capacity, kinds * it_.amounts, 0, kMost);
    between("kind_max_tasks", it_.kind_max_tasks, kinds, 0, kMost);
    between("kind_max_travel", it_.kind_max_travel, kinds, 0, kMost);
    between("kind_max_distance", it_.kind_max_distance, kinds, 0, kMost);
    between("kind_shift", it_.kind_shift, kinds, 0, kMost);
    between("kind_max_overtime", it_.kind_max_overtime, kinds, 0, kMost);
    between("kind_max_duration", it_.kind_max_duration, kinds, 0, kMost);
    between("kind_max_driving", it_.kind_max_driving, kinds, 1, kMost);
    between("kind_rest", it_.kind_rest, kinds, 0, kMost / 2);
    between("kind_rest_first", it_.kind_rest_first, kinds, 0, kMost / 2);
    between("kind_rest_second", it_.kind_rest_second, kinds, 0, kMost / 2);
    between("kind_driven", it_.kind_driven, kinds, 0, kMost);
    between("kind_travel_cost", it_.kind_travel_cost, kinds, 0, kMost);
    between("kind_max_reloads", it_.kind_max_reloads, kinds, 0, kMost);
    between("kind_fixed_cost", it_.kind_fixed_cost, kinds, 0, kMostCost);
    between("kind_work_cost", it_.kind_work_cost, kinds, 0, kMost);
    between("kind_overtime_cost", it_.kind_overtime_cost, kinds, 0, kMost);
    between("allowed", it_.allowed, kinds * it_.tasks, 0, 1);
    for (int64_t k = 0; fault_.empty() && k < kinds; ++k) {
      if (it_.kind_driven.data[k] > it_.kind_max_driving.data[k]) fail("kind_driven", "is more than may be driven");
    }
  }

  void breaks_and_reloads() {
    bounds("break_begin", it_.break_begin, it_.kinds, it_.break_length);
    if (!fault_.empty()) return;
    const int64_t breaks = it_.break_length.size;
    between("break_length", it_.break_length, breaks, 0, kMost / 2);
    between("break_max_load", it_.break_max_load, breaks * it_.amounts, 0, kMost);
    windows("break_window_begin", it_.break_window_begin, breaks, it_.break_window_open, it_.break_window_close);
    constexpr int32_t most_breaks = 31;  // a set of breaks has 32 bits
    for (int32_t k = 0; fault_.empty() && k < it_.kinds; ++k) {
      if (it_.break_begin.data[k + 1] - it_.break_begin.data[k] > most_breaks) fail("break_begin", "has too many");
      int64_t length = 0;  // fits: each of 31 is below 2^29
      for (int32_t b = it_.break_begin.data[k]; b < it_.break_begin.data[k + 1]; ++b) length += it_.break_length.data[b];
      if (length > 0 && it_.kind_work_cost.data[k] > kMostCost / length) fail("break_length", "costs too much");
    }
    bounds("reload_begin", it_.reload_begin, it_.kinds, it_.reload_place);
    if (!fault_.empty()) return;
    between("reload_place", it_.reload_place, it_.reload_place.size, 0, it_.places - 1);
    between("reload_length", it_.reload_length, it_.reload_place.size, 0, kMost / 2);
  }

  void plan_prices() {
    between("balance_cost", it_.balance_cost, 1, 0, kMost);
    between("compact_cost", it_.compact_cost, 1, 0, kMost);
    if (it_.balance_use.size != 0) between("balance_use", it_.balance_use, it_.tasks, 0, kMost);
    if (!bounds("near_begin", it_.near_begin, it_.tasks, it_.near)) return;
    between("near", it_.near, it_.near.size, 0, it_.tasks - 1);
  }

  void firsts() {
    between("required", it_.required, it_.tasks, 0, 1);
    if (!bounds("first_begin", it_.first_begin, it_.kinds, it_.first_visit)) return;
    std::vector<bool> seen(static_cast<size_t>(it_.tasks), false);
    std::vector<int32_t> vehicles(static_cast<size_t>(it_.kinds), 0);
    for (int32_t v = 0; v < it_.vehicles; ++v) ++vehicles[static_cast<size_t>(it_.kind_of.data[v])];
    for (int32_t k = 0; k < it_.kinds; ++k) {
      const int32_t begin = it_.first_begin.data[k], end = it_.first_begin.data[k + 1];
      if (begin < end && vehicles[static_cast<size_t>(k)] > 1) fail("first_visit", "is for several vehicles");
      for (int32_t i = begin; fault_.empty() && i < end; ++i) first(it_.first_visit.data[i], k, seen);
    }
  }

  void first(int32_t visit, int32_t kind, std::vector<bool>& seen) {
    const int32_t reloads = it_.reload_begin.data[kind + 1] - it_.reload_begin.data[kind];
    if (visit >= it_.tasks || visit < -reloads) {
      fail("first_visit", "has a value out of range");
    } else if (visit >= 0 && seen[static_cast<size_t>(visit)]) {
      fail("first_visit", "has a task twice");
    } else if (visit >= 0) {
      seen[static_cast<size_t>(visit)] = true;
      only_for(kind, visit);
      if (it_.partner.data[visit] >= 0) only_for(kind, it_.partner.data[visit]);
    }
  }

  void only_for(int32_t kind, int32_t task) {
    for (int64_t k = 0; k < it_.kinds; ++k) {
      if (k != kind && it_.allowed.data[k * it_.tasks + task]) fail("first_visit", "is allowed for another kind");
    }
  }

  void relations() {
    if (it_.relation_type.size < 0 || it_.relation_type.size > kMost) {
      fail("relation_type", "has a wrong size");
      return;
    }
    const int64_t relations = it_.relation_type.size;
    between("relation_type", it_.relation_type, relations, SISR_SAME_VEHICLE, SISR_NOT_TOGETHER);
    bounds("relation_begin", it_.relation_begin, relations, it_.relation_task);
    if (!fault_.empty()) return;
    between("relation_task", it_.relation_task, it_.relation_task.size, 0, it_.tasks - 1);
    if (!fault_.empty()) return;
    std::vector<int64_t> last_in(static_cast<size_t>(it_.tasks), -1);
    for (int64_t r = 0; r < relations; ++r) members(r, last_in);
  }

  /// Notes each task of a relation in `last_in`. Both ends of a shipment are on one trip, the pickup first.
  void members(int64_t relation, std::vector<int64_t>& last_in) {
    const int32_t type = it_.relation_type.data[relation];
    const bool is_apart = type == SISR_DIFFERENT_VEHICLES || type == SISR_NOT_TOGETHER;
    for (int32_t i = it_.relation_begin.data[relation]; i < it_.relation_begin.data[relation + 1]; ++i) {
      const int32_t task = it_.relation_task.data[i], other = it_.partner.data[task];
      if (last_in[static_cast<size_t>(task)] == relation) fail("relation_task", "has a task twice");
      const bool is_late = type != SISR_SAME_VEHICLE && it_.is_pickup.data[task] != 0;
      if (other >= 0 && (is_apart || is_late) && last_in[static_cast<size_t>(other)] == relation) {
        fail("relation_task", "contradicts a shipment");
      }
      last_in[static_cast<size_t>(task)] = relation;
    }
  }

  const sisr_problem& it_;
  std::string fault_;
};

}  // namespace

std::string fault_of(const sisr_problem& problem) { return Checker(problem).fault(); }

std::string fault_of(const sisr_plan& plan, int32_t tasks, int32_t vehicles) {
  if (plan.begin == nullptr || plan.visits_size < 0) return "The plan has no routes.";
  if (plan.visits == nullptr && plan.visits_size > 0) return "The plan has no visits.";
  if (plan.begin[0] != 0) return "The plan does not begin with its first visit.";
  std::vector<bool> seen(static_cast<size_t>(tasks), false);
  for (int32_t v = 0; v < vehicles; ++v) {
    if (plan.begin[v + 1] < plan.begin[v] || plan.begin[v + 1] > plan.visits_size) return "The plan has no order.";
    for (int32_t i = plan.begin[v]; i < plan.begin[v + 1]; ++i) {
      const int32_t task = plan.visits[i];
      if (task < 0) continue;  // breaks and reloads are placed anew
      if (task >= tasks || seen[static_cast<size_t>(task)]) return "The plan visits a task twice, or none.";
      seen[static_cast<size_t>(task)] = true;
    }
  }
  return "";
}

}  // namespace sisr
