// One direction of a path: what it does to the datagrams that enter it, drawn from one seed.
//
//   partition -> filter -> size -> chance of loss -> queue and rate -> damage -> copies -> delay
#pragma once

#include "base/random.hpp"
#include "base/units.hpp"
#include "sim/ledger.hpp"

#include <functional>

namespace wyn::sim {

// Gilbert and Elliott's two states (Bell System Technical Journal, 1960 and 1963): chances for each
// datagram to pass from the good into the bad state and back, and of being lost in the bad one.
struct Bursts {
    double enter = 0;
    double leave = 1;
    double loss = 1;
};

struct LinkSpec {
    Duration delay{};
    Duration jitter{};                      // on top of the delay, uniform from 0 to this
    bool keeps_order = true;                // jitter does not let one datagram overtake another
    BitRate rate{0};                        // of the IP layer; 0: no limit
    std::uint64_t queue_bytes = 256 * 1024; // at the rate limit; what does not fit is dropped
    double loss = 0;
    Bursts bursts;
    double duplicate = 0;
    double reorder = 0; // chance of being held back
    Duration hold_back{};
    double corrupt = 0;                 // chance that one to three bits are flipped
    std::size_t largest_packet = 65535; // of the IP layer
    bool partitioned = false;
};

// What a link did, beyond the fates in the ledger; for the storm's balance.
struct LinkDeeds {
    std::uint64_t jittered = 0;
    std::uint64_t waited = 0; // in the queue
};

class LinkModel {
public:
    using Deliver = std::function<void(Packet)>;
    using Filter = std::function<bool(const Packet&)>;

    LinkModel(EventQueue& queue, Ledger& ledger, SeededRandom random, const LinkSpec& spec)
        : queue_{queue}, ledger_{ledger}, random_{random}, spec_{spec} {}

    // Takes the datagram; calls `deliver` for each copy that comes out, when it does.
    void carry(Packet packet, const Deliver& deliver);

    const LinkSpec& spec() const { return spec_; }
    // From now on; what is on the way stays as it was.
    void change(const LinkSpec& spec) { spec_ = spec; }
    // Datagrams for which it is true go no further. Empty: none.
    void filter(Filter filter) { filter_ = std::move(filter); }
    const LinkDeeds& deeds() const { return deeds_; }

private:
    std::optional<Fate> stopped(const Packet& packet);
    // When the last bit has left the queue; nothing when there was no room.
    std::optional<SimTime> through_queue(const Packet& packet);
    void damage(Packet& packet);
    void depart(SimTime left_queue, Packet packet, const Deliver& deliver);

    EventQueue& queue_;
    Ledger& ledger_;
    SeededRandom random_;
    LinkSpec spec_;
    Filter filter_;
    bool bad_phase_ = false;
    SimTime busy_until_{};
    SimTime newest_arrival_{};
    LinkDeeds deeds_;
};

} // namespace wyn::sim
