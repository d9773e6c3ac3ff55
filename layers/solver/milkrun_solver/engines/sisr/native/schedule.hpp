// Schedules of whole routes, for what a stop's earliest and latest times cannot tell: breaks, reloads, release times,
// overtime, rules for drivers, and prices of times.
//
// For a given order of tasks, all ways to take breaks and to reload are extended stop by stop, and those that
// another one dominates are dropped: labels of a shortest path problem with resource constraints (S. Irnich and
// G. Desaulniers, "Shortest path problems with resource constraints", in Column Generation, 2005).
#pragma once

#include "labels.hpp"
#include "memo.hpp"

namespace sisr {

/// The cost of a route that breaks a rule. Any other may be below 0: the way to a reload may be a shortcut.
constexpr Cost kImpossible = INT64_MAX;

class Schedule {
 public:
  explicit Schedule(const Problem& problem);

  /// Keeps the labels of a route's tasks. Returns the cost beyond legs, work and the fixed cost;
  /// kImpossible if the tasks cannot be served in this order.
  Cost settle(int route, const List<int>& tasks);

  /// The same for a route's tasks with others put in, without keeping them. The first `kept` tasks are as they
  /// were settled. `latest` has the latest arrival at each task as far as it is known. What costs `limit` or more
  /// is of no use: ways that have cost as much are dropped, even if a shortcut to a reload would make up for it.
  Cost with(int route, const List<int>& tasks, int kept, const List<int>& latest, Cost limit);

  /// Tasks, breaks and reloads of a route in order, coded as in `sisr_plan`.
  void visits(int route, const List<int>& tasks, List<int>& result);

  /// The travel time of the route that was looked at last, on its cheapest way.
  int travel() const { return travel_ + best_travel_; }

  /// How many labels it has compared with others.
  int64_t compared() const { return compared_; }
  /// Whether it ever had too many labels to keep all of them. A route may then have a better way.
  bool has_dropped() const { return has_dropped_; }

 private:
  struct Entry {
    int parent, position, code;
  };

  /// The labels after each of the first tasks of the route that a vehicle had last, where those were needed.
  struct Beginning {
    List<int> tasks;
    List<Labels> labels;
    int known = -1;  // the last that are right; -1 if none are
  };

  void prepare(const Kind& kind, const List<int>& tasks);
  bool reach(const Kind& kind, const List<int>& tasks, int count, Beginning& it);
  const Labels* extend_all(const Kind& kind, const List<int>& tasks, int done, const Labels& start,
                           const List<int>* latest, List<Labels>& labels);
  Cost remember(Cost cost, Cost limit = kImpossible, bool finds_all = true);
  Labels first(const Kind& kind, const List<int>& tasks) const;
  void extend(const Kind& kind, const List<int>& tasks, int position, int latest, const Labels& from, Labels& to);
  void travel(const Kind& kind, const Label& label, int to, int position, const int* picked, List<Label>& found);
  void depart(const Kind& kind, const Label& label, int to, int position, List<Label>& found) const;
  void rest(const Kind& kind, Label label, List<Label>& found) const;
  void pause(const Kind& kind, const Label& label, int number, int position, const int* picked,
             List<Label>& found);
  void serve(const Kind& kind, Label& label, uint32_t breaks_before, int task, int position, int latest,
             const int* room, const int* picked, Labels& to);
  void wait_for(const Kind& kind, const Label& label, int task, int position, Window window, int action, Labels& to);
  void find_moments(const Kind& kind, const List<int>& tasks);
  void keep_each_once(List<int>& moments);
  void find_rests(const Kind& kind, int leg, size_t tasks);
  void find_departures(const Kind& kind, const List<int>& tasks);
  void begin_service(Label& label, const Kind& kind, int task, int action, Labels& to);
  bool load(const Kind& kind, uint32_t breaks, int task, const int* room, const int* picked);
  void find_fixed_reloads(const Kind& kind, const List<int>& tasks, int position);
  bool may_go_on() const { return fixed_reloads_ == nullptr || fixed_reloads_->empty(); }
  bool may_reload() const { return carries_loads_ && (fixed_reloads_ == nullptr || !fixed_reloads_->empty()); }
  void reload_at(const Kind& kind, int rank, int position, int task, int next_place, const Label& label,
                 const int* picked, List<Label>& found);
  void reload(const Kind& kind, int position, int task, int next_place, const Label& label, const int* picked,
              List<Label>& found);
  void find_reloaded(const Kind& kind, int position, int task, int next_place, const Labels& from);
  Cost cost_at_end(const Kind& kind, Label label) const;
  Cost best_end(const Kind& kind, const List<int>& tasks, const Labels& labels, int* trail);
  void keep(const Label& label, Labels& to);
  bool is_no_worse(const Label& mine, const Label& other) const;
  template <class Loads, class OtherLoads>
  bool has_as_much_room(const Loads& room, const Loads& picked, const OtherLoads& other_room,
                        const OtherLoads& other_picked) const;
  void count_loads(const List<int>& tasks);
  void measure(const Kind& kind, const List<int>& tasks);
  bool must_separate(const List<int>& tasks);
  bool goes_on_directly(const List<int>& tasks, int position) const;
  int last_apart(const List<int>& tasks, int position) const;
  int log(int parent, int position, int code);

  const Problem& problem_;
  size_t amounts_;
  bool has_releases_, has_early_costs_;
  List<uint8_t> has_shortcuts_;  // [kind]
  bool counts_duration_ = false;
  bool tries_all_ = false;  // later windows may be better than the first
  bool carries_loads_ = false;
  bool counts_reloads_ = false;
  bool minds_time_ = false;      // to be earlier may be of use
  bool leaves_at_once_ = false;  // after a task, and later may be cheaper
  Cost limit_ = kImpossible;
  bool looks_far_ahead_ = false;  // later tasks change the labels of earlier ones
  int looks_ahead_ = 0;           // so many later tasks do
  bool drops_ = false;            // there were too many labels to keep all of them
  bool separates_ = false;  // some tasks of the route must be on different trips
  int travel_ = 0, distance_ = 0;  // of the route without reloads
  int best_travel_ = 0;            // what the best way adds to that
  List<int> nothing_;        // [amount]: zeros
  List<Beginning> beginnings_;  // [route]
  Memo memo_;
  List<Labels> scratch_;
  List<int> on_board_;  // [position][amount]
  List<int> open_;      // [position]: shipments on board
  List<int> room_, picked_;
  List<List<int>> moments_;  // [position]: the starts from which later tasks begin at an edge of a window
  List<int> rests_;          // how long the rests on a leg may take together
  List<List<int>> departures_;  // [leg]: when it may be best to leave, where travel depends on the time of day
  List<Label> on_leg_, to_reload_, reloaded_, new_trips_, chained_, before_rest_;
  Label another_;
  const List<int>* fixed_reloads_ = nullptr;  // those on a leg at the beginning of a route; null on others
  List<int> seen_in_;  // [relation]: the last look at a route that found one of its tasks
  int look_ = 0;

  int64_t compared_ = 0;
  bool has_dropped_ = false;

  bool is_tracing_ = false;
  List<Entry> trail_;
};

}  // namespace sisr
