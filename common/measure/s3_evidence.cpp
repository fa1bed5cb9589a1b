#include "measure/s3_evidence.hpp"

#include <algorithm>

namespace wyn::measure {

namespace {

constexpr double visible_queue = 0.7; // of the threshold
constexpr double visible_loss = 0.03; // beyond the floor
// Later than that a train may have left a gap that empties the path.
constexpr Duration very_late = 7500us;

double ratio(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

} // namespace

Evidence S3Evidence::of(const StepBook::Entry& step, double capacity_bps) const {
    Evidence found;
    if (step.seen.received > 0) found.queue = base_.queue_of(step, capacity_bps);
    found.excess_loss = ratio(step.lost(), step.seen.sent) - loss_floor_;
    found.queue_visible =
        to_seconds(found.queue) > visible_queue * to_seconds(base_.queue_threshold());
    found.loss_visible = found.excess_loss > visible_loss;
    return found;
}

bool S3Evidence::is_void(const StepBook::Entry& step, double capacity_bps) const {
    if (step.seen.receiver_dropped) return true;
    // As long as a queue stood in the path all the time it does not matter how we filled it.
    const bool disturbed = step.seen.latest > very_late || step.is_cut;
    return disturbed && !of(step, capacity_bps).queue_visible;
}

std::optional<Passage> S3Evidence::over(const StepBook& book, std::uint32_t first,
                                        std::uint32_t last, double capacity_bps) const {
    Passage passage;
    for (std::uint32_t id = first; id <= last; ++id) {
        const auto sent = book.offered(id);
        const auto arrived = book.arrived(id);
        const StepBook::Entry* const step = book.find(id);
        if (step == nullptr || !sent || !arrived || is_void(*step, capacity_bps))
            return std::nullopt;
        passage.offered += *sent;
        passage.got += *arrived;
        const Evidence found = of(*step, capacity_bps);
        passage.lowest_queue = std::min(passage.lowest_queue, found.queue);
        passage.always_queue = passage.always_queue && found.queue_visible;
        passage.any_evidence = passage.any_evidence || found.any();
    }
    return passage;
}

std::uint32_t newest_over(const StepBook& book, std::uint32_t first) {
    std::uint32_t id = book.newest();
    while (id >= first && !book.over(id))
        --id;
    return id >= first ? id : 0;
}

} // namespace wyn::measure
