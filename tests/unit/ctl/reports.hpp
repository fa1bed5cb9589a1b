// Reports as a probe would leave them, for the tests of what is printed.
#pragma once

#include "ctl/report.hpp"

namespace wyn::test {

// A clean probe of fra1.example.net over IPv6: 944 Mbit/s down, 48.3 up, nothing lost.
ctl::Report ordinary();

// The same with an upload that loses datagrams in all three places, reorders and duplicates.
ctl::Report with_losses();

// A probe that was interrupted during its upload.
ctl::Report interrupted();

// One that failed before anything was measured.
ctl::Report failed();

// Only the latency was measured.
ctl::Report only_idle();

// The numbers of a real day at their largest: long names, long addresses, millions lost.
ctl::Report wide();

// Latency samples `from` to `to` in equal steps.
session::LatencyResult latency(Duration from, Duration to, std::uint64_t count);

// Of the search for the capacity: sure about the download, two rates of the upload.
ctl::Report searched();
ctl::Report with_staircase(); // after that search, down only
// A load that delivered `ip` for `took`, searched, with nothing lost.
session::DirectionResult load(wire::Direction direction, BitRate ip, Duration took);

} // namespace wyn::test
