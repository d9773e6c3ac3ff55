// Which ways to drive a route are kept.
#include <algorithm>

#include "schedule.hpp"

namespace sisr {
namespace {

/// Of more labels at a moment, those that come later are dropped. A route with many rules at once has too many to look
/// at, and a search that looks at them all would not hear that it is over.
constexpr size_t kMostLabels = 300;

}  // namespace

template <class Loads, class OtherLoads>
bool Schedule::has_as_much_room(const Loads& room, const Loads& picked, const OtherLoads& other_room,
                                const OtherLoads& other_picked) const {
  for (size_t a = 0; a < amounts_; ++a) {
    if (room[a] < other_room[a] || picked[a] > other_picked[a]) return false;
  }
  return true;
}

/// Keeps a label, whose loads are in `room_` and `picked_`, unless another one is as good; drops those that are no better.
void Schedule::keep(const Label& label, Labels& to) {
  if (label.cost >= limit_) return;
  compared_ += static_cast<int64_t>(to.items.size()) + 1;
  const auto room = [&](size_t i) { return to.room.data() + i * amounts_; };
  const auto picked = [&](size_t i) { return to.picked.data() + i * amounts_; };
  for (size_t i = 0; i < to.items.size(); ++i) {
    if (is_no_worse(to.items[i], label) && (!carries_loads_ || has_as_much_room(room(i), picked(i), room_, picked_))) {
      return;
    }
  }
  for (size_t i = to.items.size(); i-- > 0;) {
    if (!is_no_worse(label, to.items[i])) continue;
    if (carries_loads_) {
      if (!has_as_much_room(room_.data(), picked_.data(), room(i), picked(i))) continue;
      const size_t last = to.items.size() - 1;
      std::copy_n(room(last), amounts_, room(i));
      std::copy_n(picked(last), amounts_, picked(i));
      to.room.resize(last * amounts_);
      to.picked.resize(last * amounts_);
    }
    to.items[i] = to.items.back();
    to.items.pop_back();
  }
  if (to.items.size() == kMostLabels) {
    has_dropped_ = drops_ = true;
    return;
  }
  to.items.push_back(label);
  if (!carries_loads_) return;
  to.room.insert(to.room.end(), room_.begin(), room_.end());
  to.picked.insert(to.picked.end(), picked_.begin(), picked_.end());
}

bool Schedule::is_no_worse(const Label& mine, const Label& other) const {
  if (mine.cost > other.cost || mine.travel > other.travel || mine.distance > other.distance ||
      (counts_reloads_ && mine.reloads > other.reloads) || (mine.breaks & other.breaks) != other.breaks) {
    return false;
  }
  if (separates_ && mine.trip_from < other.trip_from) return false;
  if (mine.driving > other.driving || mine.has_rested_first < other.has_rested_first) return false;
  if (leaves_at_once_ && mine.earliest() != other.earliest()) return false;
  if (counts_duration_ || has_releases_) {
    const auto no_later = [](const Chain& a, const Chain& b) {
      return a.least <= b.least && a.earliest <= b.earliest && a.latest >= b.latest;
    };
    return mine.release <= other.release && no_later(mine.before, other.before) && no_later(mine.trip, other.trip);
  }
  return !minds_time_ || mine.earliest() <= other.earliest();
}


}  // namespace sisr
