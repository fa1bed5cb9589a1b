// The interfaces of the control socket, described in Varlink's own language. What can be called is
// in status/call.hpp; a test holds the two to each other.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace wyn::status {

inline constexpr std::string_view daemon_interface = "io.wyndrvr.Daemon";
inline constexpr std::string_view service_interface = "org.varlink.service";
inline constexpr std::array interfaces{daemon_interface, service_interface};

// The least urgent message that the daemon writes, by the names that its configuration knows.
inline constexpr std::array<std::string_view, 5> log_level_names{"error", "warning", "notice",
                                                                 "info", "debug"};

// https://varlink.org/Interface-Definition; none for an interface that is not here.
std::optional<std::string> describe_interface(std::string_view name);

} // namespace wyn::status
