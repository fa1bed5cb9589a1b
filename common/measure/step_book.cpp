#include "measure/step_book.hpp"

#include <algorithm>

namespace wyn::measure {

void StepBook::open(std::uint32_t id, double target_bps, std::uint32_t packet_bytes, bool is_cut) {
    ring_[id % entries_kept] = {.id = id,
                                .target_bps = target_bps,
                                .packet_bytes = packet_bytes,
                                .is_cut = is_cut,
                                .seen = {.id = id}};
    newest_ = id;
}

void StepBook::update(const Observation& seen) {
    arriving_ = std::max(arriving_, seen.newest_step);
    for (const StepOutcome& step : seen.steps) {
        Entry& entry = ring_[step.id % entries_kept];
        if (entry.id == step.id) entry.seen = step;
    }
}

const StepBook::Entry* StepBook::find(std::uint32_t id) const {
    const Entry& entry = ring_[id % entries_kept];
    return id != 0 && entry.id == id ? &entry : nullptr;
}

std::optional<Flow> StepBook::offered(std::uint32_t id) const {
    const Entry* const step = find(id);
    const Entry* const next = find(id + 1);
    if (step == nullptr || next == nullptr || step->seen.first_sent == never ||
        next->seen.first_sent == never || next->seen.first_sent <= step->seen.first_sent)
        return std::nullopt;
    return Flow{static_cast<double>(step->seen.sent) * step->packet_bytes * 8,
                to_seconds(next->seen.first_sent - step->seen.first_sent)};
}

std::optional<Flow> StepBook::arrived(std::uint32_t id) const {
    const Entry* const step = find(id);
    const Entry* const next = find(id + 1);
    if (step == nullptr || next == nullptr || !over(id)) return std::nullopt;
    const Duration took = next->seen.first_arrival - step->seen.first_arrival;
    if (took <= Duration::zero()) return std::nullopt;
    // From one datagram to another one come the bits of the latter and of those between.
    const double own = static_cast<double>(step->seen.received) * step->packet_bytes;
    const bool both = step->seen.received > 0 && next->seen.received > 0;
    const double shift = both ? static_cast<double>(next->packet_bytes) - step->packet_bytes : 0;
    return Flow{8 * (own + shift), to_seconds(took)};
}

std::optional<Flow> StepBook::arrived_within(std::uint32_t first, std::uint32_t last) const {
    const Entry* const begin = find(first);
    const Entry* const end = find(last);
    if (begin == nullptr || end == nullptr || begin->seen.received == 0 || end->seen.received == 0)
        return std::nullopt;
    const Duration took = end->seen.first_arrival + end->seen.span - begin->seen.first_arrival;
    if (took <= Duration::zero()) return std::nullopt;
    double bits = -8.0 * begin->packet_bytes;
    for (std::uint32_t id = first; id <= last; ++id)
        if (const Entry* const step = find(id))
            bits += static_cast<double>(step->seen.received) * step->packet_bytes * 8;
    if (bits <= 0) return std::nullopt;
    return Flow{bits, to_seconds(took)};
}

} // namespace wyn::measure
