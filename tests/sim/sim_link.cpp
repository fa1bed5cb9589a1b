#include "sim/link_model.hpp"

#include <algorithm>

namespace wyn::sim {

namespace {

constexpr std::size_t bulk_header = 40; // what a damaged bit makes useless; wire/layout.hpp

Duration serialisation(std::size_t bytes, BitRate rate) {
    return from_seconds(static_cast<double>(bytes) * 8 / rate.as_double());
}

} // namespace

std::optional<Fate> LinkModel::stopped(const Packet& packet) {
    if (spec_.partitioned) return Fate::partitioned;
    if (filter_ && filter_(packet)) return Fate::filtered;
    if (packet.ip_bytes() > spec_.largest_packet) return Fate::too_big;
    if (spec_.loss > 0 && random_.chance(spec_.loss)) return Fate::lost;
    if (spec_.bursts.enter > 0) {
        bad_phase_ = random_.chance(bad_phase_ ? 1 - spec_.bursts.leave : spec_.bursts.enter);
        if (bad_phase_ && random_.chance(spec_.bursts.loss)) return Fate::lost_burst;
    }
    return std::nullopt;
}

std::optional<SimTime> LinkModel::through_queue(const Packet& packet) {
    const SimTime now = queue_.now();
    if (spec_.rate.bps() == 0) return now;
    const SimTime begin = std::max(now, busy_until_);
    const double waiting = to_seconds(begin - now) * spec_.rate.as_double() / 8;
    if (begin > now &&
        waiting + static_cast<double>(packet.ip_bytes()) > static_cast<double>(spec_.queue_bytes))
        return std::nullopt;
    if (begin > now) ++deeds_.waited;
    busy_until_ = begin + serialisation(packet.ip_bytes(), spec_.rate);
    return busy_until_;
}

void LinkModel::damage(Packet& packet) {
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

void LinkModel::depart(SimTime left_queue, Packet packet, const Deliver& deliver) {
    SimTime arrival = left_queue + spec_.delay;
    if (spec_.jitter > Duration::zero()) {
        ++deeds_.jittered;
        arrival += Duration{static_cast<Duration::rep>(
            random_.below(static_cast<std::uint64_t>(spec_.jitter.count()) + 1))};
    }
    if (spec_.keeps_order) arrival = std::max(arrival, newest_arrival_);
    if (spec_.reorder > 0 && random_.chance(spec_.reorder)) {
        ledger_.on_held_back();
        arrival += spec_.hold_back;
    } else {
        newest_arrival_ = std::max(newest_arrival_, arrival);
    }
    if (arrival == queue_.now()) return deliver(std::move(packet));
    queue_.at(arrival,
              [packet = std::move(packet), deliver]() mutable { deliver(std::move(packet)); });
}

void LinkModel::carry(Packet packet, const Deliver& deliver) {
    if (const auto fate = stopped(packet)) return ledger_.on_fate(packet, *fate);
    const auto left_queue = through_queue(packet);
    if (!left_queue) return ledger_.on_fate(packet, Fate::queue_full);
    if (spec_.corrupt > 0 && random_.chance(spec_.corrupt)) damage(packet);
    if (spec_.duplicate > 0 && random_.chance(spec_.duplicate)) {
        ledger_.on_copied(packet);
        depart(*left_queue, packet, deliver);
    }
    depart(*left_queue, std::move(packet), deliver);
}

} // namespace wyn::sim
