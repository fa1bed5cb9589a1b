// What happened, as a value: the daemon makes events, tests compare them, one sink writes them.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wyn::journal {

// The numbers of syslog(3), which are those of the journal.
enum class Severity : std::uint8_t { error = 3, warning = 4, notice = 5, info = 6, debug = 7 };

// As log_level spells it.
constexpr std::string_view name(Severity severity) {
    switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::notice: return "notice";
    case Severity::info: return "info";
    case Severity::debug: return "debug";
    }
    return "info";
}

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

    // What stands behind WYNDRVR_<name>=; nothing where there is no such field.
    std::optional<std::string_view> field(std::string_view name) const {
        for (const std::string_view line : fields) {
            const std::string_view own = line.substr(std::string_view{"WYNDRVR_"}.size());
            if (own.starts_with(name) && own.substr(name.size()).starts_with('='))
                return own.substr(name.size() + 1);
        }
        return std::nullopt;
    }
};

} // namespace wyn::journal
