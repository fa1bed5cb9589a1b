#include "session/sent_steps.hpp"

#include <algorithm>

namespace wyn::session {

void SentSteps::open(const Step& step) {
    newest_ = step.id;
    ring_[newest_ % remembered] = step;
}

void SentSteps::on_sent(std::uint64_t datagrams, MonoTime time, Duration late) {
    Step& step = ring_[newest_ % remembered];
    if (step.first_sent == never) step.first_sent = time;
    step.sent += datagrams;
    step.latest = std::max(step.latest, late);
}

void SentSteps::on_end(Duration late) {
    Step& step = ring_[newest_ % remembered];
    step.latest = std::max(step.latest, late);
}

const SentSteps::Step* SentSteps::find(std::uint32_t id) const {
    const Step& step = ring_[id % remembered];
    return step.id == id && id <= newest_ ? &step : nullptr;
}

std::span<const measure::StepOutcome> SentSteps::outcomes(const wire::Feedback& feedback) {
    if (feedback.steps.all().empty()) return {};
    std::size_t count = 0;
    const std::uint32_t first = feedback.steps[0].id;
    for (std::uint32_t id = first; id <= newest_ && count < outcomes_.size(); ++id) {
        const Step* const step = find(id);
        if (step == nullptr) return {}; // it claims steps that are long over, or never were
        measure::StepOutcome& outcome = outcomes_[count++];
        outcome = {.id = id,
                   .datagram_bytes = step->datagram_bytes,
                   .sent = step->sent,
                   .first_sent = step->first_sent,
                   .latest = step->latest};
        if (id - first >= feedback.steps.all().size()) continue;
        const wire::StepSeen& seen = feedback.steps[id - first];
        outcome.received = std::min(seen.packets, step->sent); // more is a lie
        outcome.first_arrival = mono_from_ns(seen.first_arrival_ns);
        outcome.span = Duration{static_cast<Duration::rep>(seen.span_ns)};
        outcome.lowest_delay = Duration{feedback.lowest_delay_ns} + seen.lowest_delay;
        outcome.last_delay = Duration{feedback.lowest_delay_ns} + seen.last_delay;
        outcome.receiver_dropped = seen.receiver_dropped;
    }
    return std::span{outcomes_}.first(count);
}

} // namespace wyn::session
