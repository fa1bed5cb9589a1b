// The books of a search: every step that was sent, and what became of it. Rates are of the IP
// layer.
#pragma once

#include "measure/rate_controller.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace wyn::measure {

// Bits that took so long, in seconds.
struct Flow {
    double bits = 0;
    double seconds = 0;

    double bps() const { return bits / seconds; }
    Flow& operator+=(const Flow& other) {
        bits += other.bits;
        seconds += other.seconds;
        return *this;
    }
};

class StepBook {
public:
    // A step begins; ids rise by one from 1. `target_bps` 0: nothing is sent in it.
    // Cut: at a lower rate than it was meant to be, for lack of feedback.
    void open(std::uint32_t id, double target_bps, std::uint32_t packet_bytes, bool is_cut = false);
    void update(const Observation& seen);

    struct Entry {
        std::uint32_t id = 0; // 0: none
        double target_bps = 0;
        std::uint32_t packet_bytes = 0;
        bool is_cut = false;
        StepOutcome seen;

        std::uint64_t lost() const {
            return seen.sent - std::min<std::uint64_t>(seen.received, seen.sent);
        }
    };
    // Nothing when it has not begun or is forgotten.
    const Entry* find(std::uint32_t id) const;
    // The newest step that has begun, 0: none.
    std::uint32_t newest() const { return newest_; }
    // Something of a later step has arrived.
    bool over(std::uint32_t id) const { return id < arriving_; }

    // What left in a step, until the first datagram of the next one; nothing while that, or the
    // first of its own, has not left.
    std::optional<Flow> offered(std::uint32_t id) const;
    // What arrived of a step that is over, until the first arrival of the next one. As the link
    // leaves no gap while it is full, that is exactly what it carried meanwhile, and neighbours
    // add up without an error at their border.
    std::optional<Flow> arrived(std::uint32_t id) const;
    // What arrived from a step's first datagram to the last one of `last`, without the first
    // datagram, whose bits came before that time.
    std::optional<Flow> arrived_within(std::uint32_t first, std::uint32_t last) const;

private:
    static constexpr std::size_t entries_kept = 256;
    std::array<Entry, entries_kept> ring_{}; // step s has place s % 256
    std::uint32_t newest_ = 0;
    std::uint32_t arriving_ = 0;
};

} // namespace wyn::measure
