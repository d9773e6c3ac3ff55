// Ways to drive a route up to a moment, which a schedule extends.
#pragma once

#include "problem.hpp"

namespace sisr {

/// When a chain of stops ends, if it begins at x: at max(x + least, earliest), for x up to `latest`.
/// M. W. P. Savelsbergh, "The vehicle routing problem with time windows: minimizing route duration", ORSA
/// Journal on Computing 4 (1992).
struct Chain {
  int least = 0, earliest = 0, latest = kNever;

  int end(int begin) const { return begin + least > earliest ? begin + least : earliest; }
  void last(int time) {
    least += time;
    earliest += time;
  }
  /// Nothing happens before `open`, and it must be reached by `close`; returns whether it can.
  bool within(int open, int close) {
    if (earliest > close) return false;
    if (earliest < open) earliest = open;
    if (latest > close - least) latest = close - least;
    return true;
  }
};

constexpr int kLongAgo = INT32_MIN / 4;

/// One way to drive a route up to a moment.
struct Label {
  Chain before;      // from the start of the route to the start of the current trip
  Chain trip;        // from there to now; on a leg: to the arrival, if there is no further break
  Chain now;         // on a leg: from there to now
  int release = 0;   // before this, the current trip cannot begin
  uint32_t breaks = 0;  // those taken
  int reloads = 0;
  int place = 0;     // where the vehicle comes from
  int trip_from = 0;  // the position of the first task of the trip
  int trail = -1;    // the last entry of the log of breaks and reloads
  Cost cost = 0;
  int travel = 0, distance = 0;  // beyond the legs between tasks: that reloads and slow hours add
  int left = 0;        // on a leg: what is still to be driven
  int driving = 0;     // since the last rest
  bool has_rested_first = false;  // the first part of a rest has been taken

  int trip_begin() const { return before.earliest > release ? before.earliest : release; }
  int earliest() const { return trip.end(trip_begin()); }
  bool is_possible() const { return trip_begin() <= trip.latest && trip_begin() <= now.latest; }
};

/// Two costs together. A way to drive a route costs no more than a vehicle may, so that no sum overflows.
inline Cost sum(Cost cost, Cost more) {
  constexpr Cost most = Cost{1} << 48;
  return cost + more < most ? cost + more : most;
}

/// Labels of one moment, with what each has on board.
struct Labels {
  List<Label> items;
  List<int> room;    // [label][amount]: what may still be delivered on this trip
  List<int> picked;  // [label][amount]: what is on board of this trip's pickups

  void clear() {
    items.clear();
    room.clear();
    picked.clear();
  }
};

}  // namespace sisr
