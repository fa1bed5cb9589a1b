#include "emulator/carrier.hpp"

namespace wyn::emulator {

std::size_t Carrier::place_for(ConstBytes packet) {
    if (free_.empty()) {
        free_.push_back(packets_.size());
        packets_.emplace_back();
    }
    const std::size_t place = free_.back();
    free_.pop_back();
    packets_[place].assign(packet.begin(), packet.end());
    return place;
}

void Carrier::offer(link::WorldTime now, ConstBytes packet, link::Packet seen) {
    seen.handle = place_for(packet);
    model_.offer(now, seen);
}

std::optional<Carrier::Departure> Carrier::take(link::WorldTime now) {
    const auto record = model_.take(now);
    if (!record) return std::nullopt;
    Departure departure = come_out(*record);
    if (record->last) free_.push_back(record->packet.handle);
    return departure;
}

// A copy may come out later, or have come out before: what is kept stays as it was.
Carrier::Departure Carrier::come_out(const link::Record& record) {
    const std::vector<std::uint8_t>& kept = packets_[record.packet.handle];
    if (record.fate == link::Fate::too_big && model_.spec().icmp_too_big) {
        out_ = too_big(kept, model_.spec().mtu);
        return {.record = record, .sent = kept, .answer = out_};
    }
    if (record.fate != link::Fate::delivered) return {.record = record, .sent = kept};
    out_ = kept;
    rewrite(out_, record.packet);
    if (record.corrupted) damage(out_);
    return {.record = record, .sent = kept, .delivered = out_};
}

} // namespace wyn::emulator
