// One load over one path, without the session around it: production's BulkSender and BulkReceiver,
// each on a host of its own, and between them a link each way. For searches, which need many runs
// on many paths, of which some carry a million packets in a second.
#pragma once

#include "link/link_model.hpp"
#include "link/scenario.hpp"
#include "wire/message.hpp"

namespace wyn::sim {

// A host that runs its programs a little late, and now and then not at all.
struct BusyHost {
    Duration wakes_late = 120us; // after its time: uniform from a third of this to all
    double stalls_per_second = 0;
    Duration stall{};
    bool operator==(const BusyHost&) const = default;
};

struct SearchOrder {
    link::Direction path;     // of the load
    link::Direction way_back; // of its feedback
    BitRate capacity;         // of the path, in the long run
    wire::Search search = wire::Search::s3;
    Duration duration{}; // zero: as long as S3 may take
    Duration sustained{};
    BitRate granted{0}; // of payload; 0: no limit
    std::uint64_t budget_bytes = 0;
    std::uint64_t receive_buffer_bytes = 4 * 1024 * 1024;
    BusyHost sender;
    BusyHost receiver;
    std::uint64_t seed = 1;
};

SearchOrder order_over(const link::Scenario& scenario, wire::Search search, std::uint64_t seed);

struct SearchRun {
    wire::CapacityRecord capacity; // as S3 found it
    wire::SenderRecord sent;
    wire::ReceiverRecord received;
    wire::End end = wire::End::none;
    BitRate found{0};        // of IP: the capacity, or of types B and C the best whole second
    BitRate truth{0};        // what the path could have carried in the time that was measured
    Duration took{};         // from the first feedback to the end of the load
    double load_seconds = 0; // IP bits that were sent by the path's capacity in the long run
    Duration worst_queue{};  // that a packet met

    // (found - truth) / truth.
    double error() const { return found.as_double() / truth.as_double() - 1; }
};

SearchRun run_search(const SearchOrder& order);

} // namespace wyn::sim
