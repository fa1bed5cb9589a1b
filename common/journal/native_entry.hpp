// An event as the journal takes it over its native socket: lines "NAME=value", and where a value
// has a newline of its own "NAME", a newline, its length as 64 bits in little-endian order, the
// value and a newline (https://systemd.io/JOURNAL_NATIVE_PROTOCOL). Pure.
#pragma once

#include "journal/event.hpp"

#include <string>
#include <string_view>

namespace wyn::journal {

// One datagram. `identifier` is the name of the program, SYSLOG_IDENTIFIER.
std::string native_entry(const Event& event, std::string_view identifier);

} // namespace wyn::journal
