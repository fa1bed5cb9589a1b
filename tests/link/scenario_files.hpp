// The scenarios that come with the tests: tests/link/scenarios/NAME.toml.
#pragma once

#include "link/scenario.hpp"

namespace wyn::link {

// The names of all of them, sorted.
std::vector<std::string> scenario_names();

// Throws std::runtime_error, with everything that is wrong, when there is none or it cannot be
// read.
Scenario load_scenario(const std::string& name);

} // namespace wyn::link
