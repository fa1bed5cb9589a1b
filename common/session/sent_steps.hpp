// The steps of a load as they were sent, kept for as long as feedback about them may come.
#pragma once

#include "measure/rate_controller.hpp"

#include <array>

namespace wyn::session {

class SentSteps {
public:
    struct Step {
        std::uint32_t id = 0;
        std::uint32_t receipt = 0;
        std::uint64_t first_sequence = 0;
        MonoTime opened{};
        std::uint32_t datagram_bytes = 0;
        std::uint64_t sent = 0;      // datagrams that the stack took
        MonoTime first_sent = never; // never: none has left
        Duration latest{};           // of its trains and its end, after their times
    };
    static constexpr std::uint32_t remembered = 512;

    // The next step, whose id is one more than the newest one's; step 0 is that of the primer.
    void open(const Step& step);
    void on_sent(std::uint64_t datagrams, MonoTime time, Duration late);
    // The newest one ends so long after its time: the gap behind its last train is its own.
    void on_end(Duration late);

    const Step& newest() const { return ring_[newest_ % remembered]; }
    // Nothing when it was not sent yet or is forgotten.
    const Step* find(std::uint32_t id) const;

    // What became of the steps that a feedback names, and of those after them; valid until the next
    // call.
    std::span<const measure::StepOutcome> outcomes(const wire::Feedback& feedback);

private:
    std::array<Step, remembered> ring_{}; // step s has place s % 512
    std::uint32_t newest_ = 0;
    std::array<measure::StepOutcome, remembered> outcomes_{};
};

} // namespace wyn::session
