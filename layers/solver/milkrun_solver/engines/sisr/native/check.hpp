// Checks what callers give, so that the search never reads beyond an array or counts beyond its numbers.
#pragma once

#include <string>

#include "api.h"

namespace sisr {

/// What is wrong with a problem, in a sentence; empty if it is right.
std::string fault_of(const sisr_problem& problem);

/// What is wrong with routes of a problem with so many tasks and vehicles.
std::string fault_of(const sisr_plan& plan, int32_t tasks, int32_t vehicles);

}  // namespace sisr
