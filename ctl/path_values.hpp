// The parts of the JSON result about the path between the hosts, and about the hosts themselves.
#pragma once

#include "ctl/report_values.hpp"

namespace wyn::ctl {

// Our side of the first contact, by ourselves and as the server saw it; null when there was none.
Json local_value(const Report& report);
// The largest packets that pass, and why no larger ones do.
Json path_value(const Report& report);
// The most that the server had to do while our loads ran, these included.
Json server_value(const Report& report);

// Of one direction: how busy the threads were that moved the load, and what both kernels counted.
Json cpu_value(const session::DirectionResult& result);
Json hosts_value(const session::DirectionResult& result);
// Traffic classes as they left and as they arrived; null when they are not known.
Json marks_value(const session::DirectionResult& result);
Json congested_value(const session::DirectionResult& result);
Json ttl_value(const session::DirectionResult& result);
Json hops_value(const session::DirectionResult& result);

Json count_or_null(const std::optional<std::uint64_t>& count);

} // namespace wyn::ctl
