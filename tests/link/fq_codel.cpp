#include "link/fq_codel.hpp"

namespace wyn::link {

namespace {

// Looking for the longest queue takes time: so many at once go, but not more than half of it, as in
// Linux (drop_batch_size of sch_fq_codel.c).
constexpr std::uint64_t most_dropped_at_once = 64;

} // namespace

FqCodel::FqCodel(const QueueSpec& spec, BitRate line, const Chance& chance)
    : Queue{spec, line}, salt_{chance.of(Mechanism::queue, 0).u64()}, flows_(spec.flow_queues) {}

FqCodel::Flow& FqCodel::flow_of(const Packet& packet) {
    return flows_[SeededRandom{packet.flow ^ salt_}.below(flows_.size())];
}

void FqCodel::recount(const Flow& flow, std::uint64_t bytes_before, std::uint64_t packets_before) {
    bytes_ = bytes_ + flow.queue.bytes() - bytes_before;
    packets_ = packets_ + flow.queue.packets() - packets_before;
}

void FqCodel::enqueue(WorldTime now, const Record& record, std::vector<Record>& ended) {
    Flow& flow = flow_of(record.packet);
    const std::uint64_t bytes = flow.queue.bytes();
    const std::uint64_t packets = flow.queue.packets();
    flow.law.saw(record);
    flow.queue.push(record);
    recount(flow, bytes, packets);
    if (!flow.listed) {
        flow.listed = true;
        flow.deficit = spec().quantum;
        new_flows_.push_back(&flow);
    }
    while (is_over_full())
        drop_from_longest(now, ended);
}

// From the front, which makes room and tells the ends of the flow soonest.
void FqCodel::drop_from_longest(WorldTime now, std::vector<Record>& ended) {
    Flow* longest = nullptr;
    for (const Turns* const turns : {&new_flows_, &old_flows_})
        for (Flow* const flow : *turns)
            if (longest == nullptr || flow->queue.bytes() > longest->queue.bytes()) longest = flow;
    const std::uint64_t bytes = longest->queue.bytes();
    const std::uint64_t packets = longest->queue.packets();
    std::uint64_t left = std::clamp<std::uint64_t>(packets / 2, 1, most_dropped_at_once);
    for (; left > 0; --left)
        end(now, *longest->queue.pop(), Fate::queue_full, ended);
    recount(*longest, bytes, packets);
}

std::optional<Record> FqCodel::take(WorldTime now, Flow& flow, std::vector<Record>& ended) {
    const std::uint64_t bytes = flow.queue.bytes();
    const std::uint64_t packets = flow.queue.packets();
    std::optional<Record> record = flow.law.dequeue(now, flow.queue, spec(), ended);
    recount(flow, bytes, packets);
    return record;
}

// The scheduler of RFC 8290, section 4.2.
std::optional<Record> FqCodel::dequeue(WorldTime now, std::vector<Record>& ended) {
    for (;;) {
        Turns& turns = new_flows_.empty() ? old_flows_ : new_flows_;
        if (turns.empty()) return std::nullopt;
        Flow& flow = *turns.front();
        if (flow.deficit <= 0) {
            flow.deficit += spec().quantum;
            old_flows_.splice(old_flows_.end(), turns, turns.begin());
            continue;
        }
        if (std::optional<Record> record = take(now, flow, ended)) {
            flow.deficit -= record->packet.bytes;
            return record;
        }
        // A new flow goes through the old ones once before it may be new again.
        if (&turns == &new_flows_) {
            old_flows_.splice(old_flows_.end(), turns, turns.begin());
        } else {
            flow.listed = false;
            turns.pop_front();
        }
    }
}

} // namespace wyn::link
