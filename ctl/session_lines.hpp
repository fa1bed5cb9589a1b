// The table of a daemon's sessions, for people at 80 columns. Pure.
#pragma once

#include "base/units.hpp"
#include "ctl/style.hpp"
#include "status/model.hpp"

#include <map>
#include <string>
#include <vector>

namespace wyn::ctl {

// Rates of the running loads by the name of the session; one that is not here is not known.
using SessionRates = std::map<std::string, BitRate>;

// A head, and a line for each; a long address has a line of its own.
std::vector<std::string> session_lines(const std::vector<status::Session>& sessions,
                                       const Style& style);
// The same with rates instead of ages.
std::vector<std::string> session_lines(const std::vector<status::Session>& sessions,
                                       const SessionRates& rates, const Style& style);

} // namespace wyn::ctl
