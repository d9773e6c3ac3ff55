// Small random problems over all features of the interface, and hostile changes of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <type_traits>
#include <vector>

#include "api.h"

namespace driver {

/// Numbers from a seed, the same on every machine.
class Chance {
 public:
  explicit Chance(uint64_t seed) : engine_(seed) {}

  /// One of `least` to `most`, both included.
  int32_t number(int32_t least, int32_t most) {
    const uint64_t choices = static_cast<uint64_t>(int64_t{most} - least + 1);
    return static_cast<int32_t>(least + static_cast<int64_t>(engine_() % choices));
  }

  bool percent(int32_t share) { return number(1, 100) <= share; }

  template <class T>
  T one_of(const std::vector<T>& items) {
    return items[static_cast<size_t>(number(0, static_cast<int32_t>(items.size()) - 1))];
  }

  template <class T, std::size_t Size>
  T one_of(const T (&items)[Size]) {
    return items[static_cast<size_t>(number(0, static_cast<int32_t>(Size) - 1))];
  }

 private:
  std::mt19937_64 engine_;
};

/// A problem that owns its arrays.
class Problem {
 public:
  /// A problem that is right.
  explicit Problem(Chance& chance);

  /// Changes something, so that the problem is most likely wrong. What an array says of its size stays true, or
  /// is so far off that nobody may read it.
  void spoil(Chance& chance);

  const sisr_problem& given() const { return given_; }

 private:
  template <class Array>
  using Item = std::remove_const_t<std::remove_pointer_t<decltype(Array::data)>>;

  /// Gives an array its values, in an allocation of exactly their size: a sanitizer sees one step beyond.
  template <class Array>
  void set(Array sisr_problem::*array, const std::vector<Item<Array>>& values);
  template <class Array>
  void spoil(Array sisr_problem::*array, Chance& chance);

  void make_legs(Chance& chance);
  void make_slots(Chance& chance);
  void make_tasks(Chance& chance);
  void make_windows(Chance& chance);
  void make_soft_windows(Chance& chance);
  void make_kinds(Chance& chance);
  void make_driver_rules(Chance& chance);
  void make_breaks(Chance& chance);
  void make_reloads(Chance& chance);
  void make_plan_prices(Chance& chance);
  void make_relations(Chance& chance);
  void make_firsts(Chance& chance);
  bool may_join(int32_t task, int32_t type, int32_t begin, const std::vector<int32_t>& members) const;

  sisr_problem given_{};
  std::vector<std::shared_ptr<void>> kept_;
};

}  // namespace driver
