// An event as it was read back from the journal. Whoever may write to the journal can have made it
// up, so nothing in it is more than text within bounds. Pure.
#pragma once

#include "clock/time.hpp"
#include "journal/event.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace wyn::journal {

struct Record {
    WallTime time{};
    std::string_view event; // the name of its kind, "test_done"
    Severity severity = Severity::info;
    std::string message;
    std::map<std::string_view, std::string> fields; // by the names of journal/fields.hpp

    // Empty where there is no such field.
    std::string_view field(std::string_view name) const;
};

inline constexpr std::size_t longest_value = 4096; // of a field that is read back

// Out of its data, "NAME=value" each, in any order. Nothing when its MESSAGE_ID is none of ours.
// What is not known is passed over; of a value that is too long only the beginning is kept.
std::optional<Record> make_record(WallTime time, std::span<const std::string> data);

} // namespace wyn::journal
