// Decides how fast to offer load, step by step and never per packet (that is the pacer's job). All
// ways to choose a rate have this one interface, so whoever sends does not know which one it
// serves. Pure: given the observations of a recorded test it makes the same decisions again.
#pragma once

#include "base/units.hpp"
#include "clock/time.hpp"
#include "wire/message.hpp"

#include <memory>
#include <span>

namespace wyn::measure {

// What is to be sent next: a step, a run of datagrams of one size at one rate, which its receiver
// accounts for by itself.
struct StepPlan {
    BitRate rate{0};                  // of payload; 0: nothing leaves
    std::uint32_t datagram_bytes = 0; // payload of each
    std::uint32_t most_datagrams = 0; // then nothing leaves until the next step; 0: no limit
};

// What became of a step so far, by both ends.
struct StepOutcome {
    std::uint32_t id = 0;
    // The sender's part.
    std::uint32_t datagram_bytes = 0;
    std::uint64_t sent = 0;
    MonoTime first_sent = never; // never: nothing of it has left
    Duration latest{};           // how much later than its time a train of it left, at most
    // The receiver's part. Its clock, and so its delays, have an origin of their own.
    std::uint64_t received = 0;    // first copies
    MonoTime first_arrival{};      // without any: when something of a later step came
    Duration span{};               // from the first to the last arrival
    Duration lowest_delay{};       // of any datagram; 0 without any, as are those below
    Duration last_delay{};         // of the last one to arrive
    bool receiver_dropped = false; // its socket overflowed meanwhile
};

// What a feedback told.
struct Observation {
    MonoTime now{}; // when it arrived
    // Totals since the load began.
    std::uint64_t received = 0; // first copies
    std::uint64_t lost = 0;     // numbers passed over and not yet filled, and marks of congestion
    std::uint64_t reordered = 0;
    std::uint32_t newest_step = 0;      // of the datagram with the highest number
    Duration quiet{};                   // what the receiver waited since that came
    Duration rtt{};                     // the newest sample of the loaded path
    Duration lowest_rtt{};              // of the whole test
    std::span<const StepOutcome> steps; // those that changed lately, ids rise by one
};

class RateController {
public:
    virtual ~RateController() = default;

    // Step `id` begins, one more than the one before, the first is 1.
    virtual StepPlan next_step(std::uint32_t id, MonoTime now) = 0;
    // When it ends and the next one begins. Feedback may bring it nearer.
    virtual MonoTime step_end() const = 0;
    virtual void on_feedback(const Observation& seen) = 0;

    // Nothing more needs to be sent.
    virtual bool finished() const { return false; }
    // Whether something showed that more would not fit: congestion, or the ceiling. Until then the
    // rate is no more than a lower bound of the path's capacity (RFC 9097, section 6.5).
    virtual bool met_limit() const = 0;
    // What is known of the capacity, for those who estimate it (else its verdict is `none`).
    virtual wire::CapacityRecord capacity() const { return {}; }
};

// What the sender may do and the datagrams that it sends.
struct Load {
    BitRate ceiling = BitRate::unlimited(); // of payload
    std::uint32_t datagram_bytes = 0;       // payload of the largest ones
    std::uint32_t header_bytes = 0;         // of IP and UDP, 28 or 48
    Duration adjustment_delay{};            // of a fixed rate and of types B and C, between steps

    // Of the largest datagrams: what share of an IP rate is payload.
    double payload_share() const {
        return static_cast<double>(datagram_bytes) / (datagram_bytes + header_bytes);
    }
};

// Always the ceiling.
std::unique_ptr<RateController> make_fixed(const Load& load);

// RFC 9097, section 8.1 and Appendix A ("type B"), and the faster "type C" of TR-471, issue 3.
// Their rates are the rows of rate_rows.hpp.
std::unique_ptr<RateController> make_type_b(const Load& load);
std::unique_ptr<RateController> make_type_c(const Load& load);

} // namespace wyn::measure
