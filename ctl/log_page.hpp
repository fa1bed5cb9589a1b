// What the journal has of the daemon, for people and for programs. Pure.
#pragma once

#include "ctl/style.hpp"
#include "journal/record.hpp"

#include <string>

namespace wyn::ctl {

// When an event was, by the calendar and the clock of this place.
struct LocalTime {
    std::string day;  // "2026-11-20"
    std::string time; // "06:58:10"
};

// For people: a line for each event at 80 columns, and one more in front of the first of a day.
class LogPage {
public:
    explicit LogPage(const Style& style) : style_{style} {}
    // Without the last newline.
    std::string lines(const journal::Record& record, const LocalTime& when);

private:
    Style style_;
    std::string day_; // of the event before
};

// For programs: one JSON object, "schema": "wyndrvr.log/1", without a newline.
std::string record_as_json(const journal::Record& record);

} // namespace wyn::ctl
