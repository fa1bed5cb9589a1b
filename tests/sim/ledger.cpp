#include "sim/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace wyn::sim {

namespace {

std::uint64_t sum(const std::array<std::uint64_t, fates>& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

} // namespace

void Flow::on_sent(std::uint64_t sequence, std::size_t bytes) {
    ++sent_;
    sent_bytes_ += bytes;
    if (arrived_.size() <= sequence) arrived_.resize(sequence + 1);
}

void Flow::on_read(const Packet& packet, SimTime arrived) {
    ++read_;
    if (closed_) {
        ++read_after_close_;
        return;
    }
    if (packet.damaged) {
        ++seen_.damaged;
        return;
    }
    if (arrived_[packet.sequence]) {
        ++seen_.duplicates;
        return;
    }
    arrived_[packet.sequence] = true;
    if (packet.sequence < next_expected_) ++seen_.reordered;
    next_expected_ = std::max(next_expected_, packet.sequence + 1);
    if (seen_.packets == 0) {
        seen_.first = arrived;
        seen_.first_bytes = packet.bytes.size();
    }
    seen_.last = std::max(seen_.last, arrived);
    ++seen_.packets;
    seen_.bytes += packet.bytes.size();
    ++seen_.classes[packet.traffic_class];
    seen_.lowest_ttl = std::min(seen_.lowest_ttl, packet.hop_limit);
    seen_.highest_ttl = std::max(seen_.highest_ttl, packet.hop_limit);
}

std::int64_t Flow::under_way() const {
    const std::uint64_t on_the_way = sent_ + copied_ - sum(by_fate_);
    return static_cast<std::int64_t>(on_the_way + of(Fate::queued) - read_ - thrown_away_);
}

const Flow* Ledger::find(const FlowId& id) const {
    const auto found = flows_.find(id);
    return found == flows_.end() ? nullptr : &found->second;
}

void Ledger::on_copied(Packet& packet) {
    ++copied_;
    if (packet.flow != nullptr) packet.flow->on_copied();
}

void Ledger::on_fate(const Packet& packet, Fate fate) {
    ++by_fate_[static_cast<std::size_t>(fate)];
    if (packet.flow != nullptr) packet.flow->on_fate(fate);
}

std::int64_t Ledger::under_way() const {
    return static_cast<std::int64_t>(sent_ + copied_ - sum(by_fate_));
}

std::string print(const Flow& flow) {
    const Flow::Seen& seen = flow.seen();
    std::string text = fmt::format(
        "sent {}, read {} (+{} again, {} reordered, {} damaged, {} after the end)", flow.sent(),
        seen.packets, seen.duplicates, seen.reordered, seen.damaged, flow.read_after_close());
    for (std::size_t i = 0; i < fates; ++i)
        if (const auto fate = static_cast<Fate>(i); flow.of(fate) != 0)
            text += fmt::format(", {} {}", name(fate), flow.of(fate));
    return text;
}

} // namespace wyn::sim
