// A search's books, filled as if steps had been sent over a path and fed back.
#pragma once

#include "measure/step_book.hpp"

#include <vector>

namespace wyn::test {

// One step and what became of it. Datagrams have 972 bytes of payload, 1000 with their headers.
struct Passed {
    double mbits = 8;          // IP rate at which it was sent
    Duration length = 40ms;    // of sending
    double arrived_mbits = 0;  // at which it arrived; 0: as it was sent
    Duration delay = 10ms;     // of its quickest datagram
    Duration last_delay = 0ms; // of the last one; 0: the same
    double loss = 0;           // share of its datagrams
    double left = 1;           // share of what was to be sent
    Duration latest{};         // by which its sender was late
    bool receiver_dropped = false;
    bool is_cut = false;
};

class Steps {
public:
    static constexpr std::uint32_t header_bytes = 28;
    static constexpr std::uint32_t packet_bytes = 1000;
    static constexpr MonoTime start{1000s};

    // The next step; all that was sent before has come back by then.
    void pass(const Passed& step) {
        const auto sent = static_cast<std::uint64_t>(step.left * step.mbits * 1e6 *
                                                     to_seconds(step.length) / (8 * packet_bytes));
        const auto received =
            sent - static_cast<std::uint64_t>(step.loss * static_cast<double>(sent));
        const double arrived =
            step.arrived_mbits == 0 ? step.left * step.mbits : step.arrived_mbits;
        const Duration took =
            from_seconds(8.0 * packet_bytes * static_cast<double>(received) / (arrived * 1e6));
        ++id_;
        book.open(id_, step.mbits * 1e6, packet_bytes, step.is_cut);
        tell({.id = id_,
              .datagram_bytes = packet_bytes - header_bytes,
              .sent = sent,
              .first_sent = now_,
              .latest = step.latest,
              .received = received,
              .first_arrival = there_,
              .span = took,
              .lowest_delay = step.delay,
              .last_delay = step.last_delay == 0ms ? step.delay : step.last_delay,
              .receiver_dropped = step.receiver_dropped});
        now_ += step.length;
        there_ += took;
    }
    void pass(std::size_t times, const Passed& step) {
        for (std::size_t i = 0; i < times; ++i)
            pass(step);
    }
    // The first datagram of another step arrives, so that all before it are over.
    void finish() { pass({}); }

    measure::StepBook book;

    std::uint32_t newest() const { return id_; }
    const measure::StepBook::Entry& step(std::uint32_t id) const { return *book.find(id); }
    // As the last feedback told.
    measure::Observation seen(Duration quiet = 0ms) const {
        return {.now = now_, .newest_step = id_, .quiet = quiet, .rtt = 20ms, .lowest_rtt = 20ms};
    }

private:
    void tell(const measure::StepOutcome& outcome) {
        outcomes_ = {outcome};
        measure::Observation observation = seen();
        observation.steps = outcomes_;
        book.update(observation);
    }

    std::uint32_t id_ = 0;
    MonoTime now_ = start;
    MonoTime there_{5h}; // the receiver's clock
    std::vector<measure::StepOutcome> outcomes_;
};

} // namespace wyn::test
