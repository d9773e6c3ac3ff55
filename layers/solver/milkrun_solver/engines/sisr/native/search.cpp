#include "annealing.hpp"

namespace sisr {

std::unique_ptr<Search> make_search(std::shared_ptr<const Loaded> loaded, const Plan& start, uint64_t seed) {
  const Problem& it = loaded->problem;
  if (it.rich) return std::make_unique<Annealing<Rich>>(std::move(loaded), start, seed);
  if (it.paired) return std::make_unique<Annealing<Paired>>(std::move(loaded), start, seed);
  if (it.timed && it.mixed) return std::make_unique<Annealing<TimedMixed>>(std::move(loaded), start, seed);
  if (it.timed) return std::make_unique<Annealing<Timed>>(std::move(loaded), start, seed);
  if (it.mixed) return std::make_unique<Annealing<PlainMixed>>(std::move(loaded), start, seed);
  return std::make_unique<Annealing<Plain>>(std::move(loaded), start, seed);
}

}  // namespace sisr
