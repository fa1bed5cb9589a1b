// A path as a file: TOML with what both directions have in common in [both], what one of them has
// for itself in [up] and [down], and what changes with time in [[down.change]] and its like.
//
//     about = "a line whose rate falls while it is measured"
//     [both]
//     delay = "10ms"
//     [up]
//     rate = "10M"
//     capacity = "10M"
//     [down]
//     rate = "100M"
//     capacity = "40M"
//     queue = { bytes = "1MB", discipline = "codel" }
//     [[down.change]]
//     at = "2s"
//     rate = "40M"
//
// The keys are the fields of LinkSpec and of what it consists of, under the same names; a change
// starts from what the link was before it. Rates are "40M" or a number of bit/s, sizes "500kB" or a
// number of bytes, times "10ms" or a number of microseconds, chances numbers from 0 to 1.
#pragma once

#include "config/source.hpp"
#include "link/link_spec.hpp"

#include <expected>

namespace wyn::link {

// One direction, and what is known of it.
struct ScenarioWay {
    Direction direction;
    // What it can carry of IP bits in packets of 1500 bytes, in the long run, after the last
    // change: the true answer to a measurement.
    BitRate capacity;
};

struct Scenario {
    std::string about; // what path it stands for
    ScenarioWay up;
    ScenarioWay down;
};

// Everything that is wrong with it is said at once, with "FILE:line:column".
std::expected<Scenario, config::Problems> read_scenario(const config::Source& source);

} // namespace wyn::link
