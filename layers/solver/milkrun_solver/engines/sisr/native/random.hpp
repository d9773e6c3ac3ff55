// Random numbers: xoshiro256++ (D. Blackman and S. Vigna, "Scrambled linear pseudorandom number generators",
// ACM Transactions on Mathematical Software 47, 2021). The same seed gives the same numbers on every machine.
#pragma once

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace sisr {

class Random {
 public:
  explicit Random(uint64_t seed) {
    for (uint64_t& word : state_) word = spread(seed += 0x9e3779b97f4a7c15u);
  }

  uint64_t bits() {
    const uint64_t result = rotated(state_[0] + state_[3], 23) + state_[0];
    const uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotated(state_[3], 45);
    return result;
  }

  /// A number from 0 to 1, without 1.
  double share() { return static_cast<double>(bits() >> 11) * 0x1p-53; }

  /// A whole number from 0 to `count` - 1.
  int below(int count) { return static_cast<int>(((bits() >> 32) * static_cast<uint64_t>(count)) >> 32); }

  bool chance(double probability) { return share() < probability; }

  /// Natural logarithm of a share above 0.
  double log_share() { return std::log1p(-share()); }

  template <class T>
  void shuffle(std::vector<T>& items) {
    for (int i = static_cast<int>(items.size()) - 1; i > 0; --i) {
      std::swap(items[static_cast<size_t>(i)], items[static_cast<size_t>(below(i + 1))]);
    }
  }

 private:
  static uint64_t rotated(uint64_t word, int by) { return (word << by) | (word >> (64 - by)); }

  static uint64_t spread(uint64_t word) {
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
    return word ^ (word >> 31);
  }

  uint64_t state_[4];
};

}  // namespace sisr
