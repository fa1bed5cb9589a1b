// What happened, as a value: the daemon makes events, tests compare them, one sink writes them.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wyn::journal {

// The numbers of syslog(3), which are those of the journal.
enum class Severity : std::uint8_t { error = 3, warning = 4, notice = 5, info = 6, debug = 7 };

struct Event {
    std::string_view id; // of journal/catalog_ids.hpp
    Severity severity = Severity::info;
    std::string message;             // one sentence that needs no field to be understood
    std::vector<std::string> fields; // "WYNDRVR_NAME=value"

    // Adds WYNDRVR_<name>=<value>; `name` is upper case, letters, digits and underscores.
    template <typename T>
    Event&& with(std::string_view name, const T& value) && {
        fields.push_back(fmt::format("WYNDRVR_{}={}", name, value));
        return std::move(*this);
    }
};

} // namespace wyn::journal
