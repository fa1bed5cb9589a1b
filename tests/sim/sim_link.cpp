#include "sim/sim_link.hpp"

#include <algorithm>

namespace wyn::sim {

namespace {

constexpr std::size_t bulk_header = 40; // what a damaged bit makes useless; wire/layout.hpp

Fate fate_of(link::Fate fate) {
    switch (fate) {
    case link::Fate::delivered: return Fate::queued;
    case link::Fate::partitioned: return Fate::partitioned;
    case link::Fate::too_big: return Fate::too_big;
    case link::Fate::expired: return Fate::expired;
    case link::Fate::policed: return Fate::policed;
    case link::Fate::lost:
    case link::Fate::lost_scripted:
    case link::Fate::lost_after: return Fate::lost;
    case link::Fate::lost_burst: return Fate::lost_burst;
    case link::Fate::queue_full: return Fate::queue_full;
    case link::Fate::aqm_dropped: return Fate::aqm_dropped;
    }
    return Fate::lost;
}

} // namespace

void SimLink::carry(Packet packet) {
    if (!spec().partitioned && filter_ && filter_(packet))
        return ledger_.on_fate(packet, Fate::filtered);
    const link::Packet offered{.bytes = static_cast<std::uint32_t>(packet.ip_bytes()),
                               .flow = packet.flow_hash(),
                               .traffic_class = packet.traffic_class,
                               .hop_limit = packet.hop_limit,
                               .handle = next_handle_++};
    const std::uint64_t copies = summary().copies;
    model_.offer(queue_.now(), offered);
    if (summary().copies != copies) ledger_.on_copied(packet);
    under_way_.emplace(offered.handle, std::move(packet));
    pass_on();
}

void SimLink::change(const LinkSpec& spec) {
    model_.change(queue_.now(), spec);
    pass_on();
}

void SimLink::pass_on() {
    while (const auto record = model_.take(queue_.now()))
        pass_on(*record);
    timer_.set(model_.due());
}

void SimLink::pass_on(const link::Record& record) {
    const auto found = under_way_.find(record.packet.handle);
    Packet packet = record.last ? std::move(found->second) : found->second;
    if (record.last) under_way_.erase(found);
    if (record.fate == link::Fate::too_big && spec().icmp_too_big && tell_too_big_)
        tell_too_big_(packet, spec().mtu);
    if (record.fate != link::Fate::delivered) return ledger_.on_fate(packet, fate_of(record.fate));
    packet.traffic_class = record.packet.traffic_class;
    packet.hop_limit = record.packet.hop_limit;
    if (record.held_back) ledger_.on_held_back();
    if (record.corrupted) damage(packet);
    deliver_(std::move(packet));
}

void SimLink::damage(Packet& packet) {
    if (packet.bytes.empty()) return;
    // Neighbouring bits, so that two of them never undo each other.
    const std::size_t bits = packet.bytes.size() * 8;
    const std::size_t first = random_.below(bits);
    const std::size_t behind = std::min(bits, first + 1 + random_.below(3));
    for (std::size_t bit = first; bit < behind; ++bit) {
        packet.bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        if (bit / 8 < bulk_header) packet.damaged = true;
    }
    packet.touched = true;
    ledger_.on_damaged();
}

} // namespace wyn::sim
