/* The C interface of the search. Every array has its size, so that `sisr_check` can check all of it.
 *
 * Times are whole numbers of one unit, costs whole numbers of another; the caller chooses both. `SISR_NEVER`
 * stands for no limit, where a limit is meant. Matrices have a row and a column for each place; a leg of
 * `SISR_NEVER` is closed. An open start or end is a place of its own, at no distance from any other.
 */
#ifndef SISR_API_H
#define SISR_API_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SISR_API __attribute__((visibility("default")))
#define SISR_VERSION 5
#define SISR_NEVER 1073741823 /* 2^30 - 1: two of them still fit into 32 bits */

enum { SISR_OK = 0, SISR_INVALID = 1, SISR_NO_MEMORY = 2 };

/* What a relation says of its tasks, among those that are served. */
enum {
  SISR_SAME_VEHICLE = 0,
  SISR_DIFFERENT_VEHICLES = 1,
  SISR_SEQUENCE = 2,
  SISR_DIRECT_SEQUENCE = 3, /* a sequence with nothing but breaks within */
  SISR_NOT_TOGETHER = 4     /* no trip has two of them */
};

typedef struct sisr_ints {
  const int32_t *data;
  int64_t size;
} sisr_ints;

typedef struct sisr_longs {
  const int64_t *data;
  int64_t size;
} sisr_longs;

typedef struct sisr_bytes {
  const uint8_t *data;
  int64_t size;
} sisr_bytes;

/* A list of lists: list i is items[begin[i]] to items[begin[i + 1] - 1]. */
typedef struct sisr_problem {
  int32_t tasks, places, matrices, amounts, types, kinds, vehicles;
  int32_t fewest_routes; /* a plan has at least so many routes, or as many as it has jobs and shipments */
  int32_t most_routes;

  sisr_ints durations; /* [matrix][from][to] */
  sisr_ints costs;     /* [matrix][from][to] */
  sisr_ints distances; /* [matrix][from][to], or empty if no kind has a limit of distance */

  /* Travel times by the time of day: list m has the slots of matrix m, and `durations` the shortest of all. */
  sisr_ints slot_begin; /* [matrix + 1] */
  sisr_ints slot_start; /* the first slot of a matrix begins at 0 */
  sisr_ints slot_durations; /* [slot][from][to] */

  /* Tasks. A shipment is a pickup whose partner is its delivery, and the other way round. */
  sisr_ints task_place;
  sisr_ints partner;  /* the other end of a shipment; -1 for a job */
  sisr_bytes is_pickup; /* 1 for the pickup of a shipment */
  sisr_ints priority;
  sisr_ints release;  /* when the trip that serves it may begin */
  sisr_ints setup;    /* [type][task] */
  sisr_ints service;  /* [type][task] */
  sisr_ints window_begin; /* [task + 1] */
  sisr_ints window_open;
  sisr_ints window_close;
  sisr_ints soft_start; /* before this, a unit of time has the price `early_cost` */
  sisr_ints soft_end;   /* and after this `late_cost` */
  sisr_longs early_cost;
  sisr_longs late_cost;
  sisr_ints unloaded; /* [task][amount] */
  sisr_ints loaded;   /* [task][amount] */

  /* Vehicles that are alike are of one kind. */
  sisr_ints kind_of; /* [vehicle] */
  sisr_ints kind_matrix;
  sisr_ints kind_type;
  sisr_ints kind_start; /* a place */
  sisr_ints kind_end;
  sisr_ints kind_earliest;
  sisr_ints kind_latest;
  sisr_ints kind_capacity; /* [kind][amount] */
  sisr_ints kind_max_tasks;
  sisr_ints kind_max_travel;
  sisr_ints kind_max_distance;
  sisr_ints kind_shift;        /* how long a route may last without overtime */
  sisr_ints kind_max_overtime;
  sisr_ints kind_max_duration;
  /* Rules for drivers: how long to drive before a rest, how long a rest lasts, and the two parts in which it may
   * be taken, 0 if it may not. `kind_driven` has been driven since a rest before the route starts. */
  sisr_ints kind_max_driving;
  sisr_ints kind_rest;
  sisr_ints kind_rest_first;
  sisr_ints kind_rest_second;
  sisr_ints kind_driven; /* at most `kind_max_driving` */
  sisr_longs kind_fixed_cost;
  sisr_longs kind_work_cost;     /* of a unit of time at tasks */
  sisr_longs kind_overtime_cost; /* of a unit of time */
  sisr_longs kind_travel_cost;   /* of a unit of time, for legs with slots */
  sisr_bytes allowed;            /* [kind][task]; a shipment needs both of its ends allowed */

  sisr_ints break_begin; /* [kind + 1] */
  sisr_ints break_length;
  sisr_ints break_max_load;     /* [break][amount] */
  sisr_ints break_window_begin; /* [break + 1] */
  sisr_ints break_window_open;
  sisr_ints break_window_close;

  sisr_ints reload_begin; /* [kind + 1] */
  sisr_ints reload_place;
  sisr_ints reload_length;
  sisr_ints kind_max_reloads;

  /* Prices of the whole plan. The use of a vehicle is the sum over its tasks, or its time if `balance_use` is
   * empty: travel, setup, service and reloads, without waiting and breaks. */
  sisr_longs balance_cost; /* [1]: of a unit of difference between the most and the least used vehicle */
  sisr_ints balance_use;   /* [task], or empty */
  sisr_longs compact_cost; /* [1]: of each near task that another vehicle serves */
  sisr_ints near_begin;    /* [task + 1] */
  sisr_ints near;          /* tasks */

  sisr_bytes required; /* [task]: 1 if every plan serves it */
  /* The visits that a route of a kind begins with, with nothing but breaks before and between them: a task, or
   * -1 - r for reload r of the kind. Such a kind has one vehicle. */
  sisr_ints first_begin; /* [kind + 1] */
  sisr_ints first_visit;

  sisr_ints relation_type;
  sisr_ints relation_begin; /* [relation + 1] */
  sisr_ints relation_task;  /* in order, and no task twice in a relation */
} sisr_problem;

/* Routes: the route of vehicle v is visits[begin[v]] to visits[begin[v + 1] - 1]. A visit is the number of a
 * task, or -1 - b for break b of the vehicle's kind, or -1 - breaks - r for reload r. */
typedef struct sisr_plan {
  int32_t *begin; /* [vehicle + 1] */
  int32_t *visits;
  int64_t visits_size;
} sisr_plan;

typedef struct sisr_progress {
  int64_t iterations;
  int64_t missing; /* required orders and routes that the best plan lacks; unless it is 0, no plan was found */
  int64_t priority_left, tasks_left, cost; /* of the best plan */
  int64_t improved_at;                     /* the iteration that found it */
  int64_t proven;                          /* 1 if all plans have been looked at */
} sisr_progress;

typedef struct sisr_loaded sisr_loaded;
typedef struct sisr_search sisr_search;

SISR_API int32_t sisr_version(void);

/* Checks a problem; writes what is wrong with it into `message`, a sentence of up to `size` bytes. */
SISR_API int32_t sisr_check(const sisr_problem *problem, char *message, int64_t size);

/* Copies a checked problem. Any number of searches may be opened on it, from several threads. */
SISR_API int32_t sisr_load(const sisr_problem *problem, sisr_loaded **loaded);
/* Frees it once the last search on it is closed. */
SISR_API void sisr_unload(sisr_loaded *loaded);

/* Opens a search. It begins with the routes of `start` as far as they keep the rules, or with no routes if `start` is
 * null. A problem of at most seven tasks and two vehicles is proven, unless its rules make that too long: the search then
 * begins with the best of all plans. */
SISR_API int32_t sisr_open(const sisr_loaded *loaded, const sisr_plan *start, uint64_t seed, sisr_search **search);

/* Searches for so many iterations or seconds, whichever ends first. The temperature, in legs of typical
 * length, falls exponentially from `hot` to `cold`. */
SISR_API int32_t sisr_run(sisr_search *search, int64_t iterations, double seconds, double hot, double cold);

/* Ends a search that runs in another thread, and every later one. */
SISR_API void sisr_stop(sisr_search *search);

/* The progress, which another thread may read while the search runs. */
SISR_API void sisr_read_progress(const sisr_search *search, sisr_progress *progress);

/* Writes the best plan, or the current one. `visits` needs room for all tasks, and for all breaks and
 * reloads of all vehicles. */
SISR_API int32_t sisr_best(sisr_search *search, sisr_plan *plan);
SISR_API int32_t sisr_current(sisr_search *search, sisr_plan *plan);

SISR_API void sisr_close(sisr_search *search);

#ifdef __cplusplus
}
#endif

#endif
