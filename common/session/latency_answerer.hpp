// The server's half of the latency flow: one ECHO for each PROBE, of the same length, with what is
// needed to tell the two directions apart: when the probe came and the echo left, and which probes
// have come at all.
#pragma once

#include "clock/stamp.hpp"
#include "dgram/datagrams.hpp"
#include "session/port_link.hpp"
#include "session/stamp_ladder.hpp"
#include "stats/sequence.hpp"

#include <expected>

namespace wyn::session {

class LatencyAnswerer {
public:
    // `max_rate` as granted, 0: no limit.
    explicit LatencyAnswerer(BitRate max_rate) : max_rate_{max_rate} {}

    // The answer, or why there is none: Drop::limit when there are more probes than one each
    // shortest_probe_interval, or more of their bits than the granted rate, beyond a burst of a
    // second.
    std::expected<wire::Echo, wire::Drop>
    on_probe(Stamp arrived, MonoTime now, std::uint8_t traffic_class, const wire::Probe& probe);
    // A further copy of one.
    void on_copy(const wire::Probe& probe);
    // The echo of this probe was handed to the stack or refused.
    void on_handed(std::uint32_t number, const dgram::SendOutcome& outcome);
    // When it left the kernel.
    void on_departure(std::uint32_t number, const Stamp& left);
    void note_clock(const ClockState& clock) { clock_ = clock; }

private:
    struct Answered {
        std::uint32_t number = 0;
        MonoTime made{}; // as the echo says
        std::optional<Duration> left_after;
        std::optional<Duration> stamped_after;
        bool waits = false; // for the kernel's stamp, which was asked for
    };
    // That many may be under way to their departure.
    static constexpr std::size_t remembered = 64;

    bool has_budget(MonoTime now, std::size_t length);
    void remember(std::uint32_t number, MonoTime made, bool waits);
    // Of an echo of which it is known now when it left.
    void note_followed(std::uint32_t number);
    wire::Followed followed() const;
    wire::ReceivedMap map(const wire::Probe& probe) const;

    BitRate max_rate_;
    MonoTime budget_used_until_{};
    stats::SequenceWindow seen_;
    std::uint32_t duplicates_ = 0;
    ClockState clock_;
    StampLadder ladder_;
    std::array<Answered, remembered> answered_{}; // by number
    std::optional<std::uint32_t> newest_followed_;
};

} // namespace wyn::session
