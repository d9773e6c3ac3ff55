// What routes cost, by their tasks: a search looks at the same routes again and again.
#pragma once

#include "problem.hpp"

namespace sisr {

/// Costs of some of the routes that were looked at last. A route is known by 128 bits of its tasks and its kind of
/// vehicle, which no two routes share but by a chance that never comes.
class Memo {
 public:
  /// What a route costs; if that is not exact, then as far as it matters to who asks for less than `limit`.
  struct Known {
    Cost cost, limit;
    bool is_exact;
  };

  /// Turns to a route, whether it is known or not.
  void look_up(int kind, const List<int>& tasks) {
    if (entries_.empty()) entries_.resize(kEntries);
    key_ = {mix(at(kind) + 1), kOdd + at(kind)};
    for (int task : tasks) {
      key_.first = mix(key_.first + at(task));
      key_.second = (key_.second ^ (at(task) + 1)) * kOdd;
      key_.second ^= key_.second >> 29;
    }
    entry_ = &entries_[key_.first % kEntries];
  }

  /// What is known of it; null if nothing is.
  const Known* known() const {
    return entry_->key.first == key_.first && entry_->key.second == key_.second ? &entry_->known : nullptr;
  }

  void keep(Known known) { *entry_ = {key_, known}; }

 private:
  struct Key {
    uint64_t first = 0, second = 0;
  };
  struct Entry {
    Key key;
    Known known{0, 0, false};
  };
  static constexpr size_t kEntries = size_t{1} << 15;
  static constexpr uint64_t kOdd = 0x9e3779b97f4a7c15;

  /// S. Vigna's splitmix64: each bit of the number changes about half of the bits.
  static uint64_t mix(uint64_t number) {
    number += kOdd;
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
    number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
    return number ^ (number >> 31);
  }

  List<Entry> entries_;
  Key key_;
  Entry* entry_ = nullptr;
};

}  // namespace sisr
