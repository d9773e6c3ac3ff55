// What a problem needs of the search. Each set is compiled by itself, so that a plain problem pays for nothing.
#pragma once

namespace sisr {

/// Timed: anything binds in time. Mixed: loads rise and fall along a route. Paired: there are shipments.
/// Rich: what only an exact schedule of the whole route can tell.
template <bool Timed, bool Mixed, bool Paired, bool Rich>
struct Features {
  static constexpr bool timed = Timed, mixed = Mixed, paired = Paired, rich = Rich;
};

using Plain = Features<false, false, false, false>;
using PlainMixed = Features<false, true, false, false>;
using Timed = Features<true, false, false, false>;
using TimedMixed = Features<true, true, false, false>;
using Paired = Features<true, true, true, false>;
using Rich = Features<true, true, true, true>;

}  // namespace sisr
