#include "daemon/session_table.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace wyn::daemon {

namespace {

constexpr std::size_t most_spent = 4096;
constexpr Duration longest_cookie_life = 32s; // session/cookie.hpp

// What one customer of an access network is given whole: an IPv4 address, an IPv6 /64.
bool same_holder(const dgram::Address& one, const dgram::Address& other) {
    if (one.is_v4() != other.is_v4()) return false;
    if (one.is_v4() || one.is_link_local()) return one == other;
    return std::equal(one.bytes.begin(), one.bytes.begin() + 8, other.bytes.begin());
}

} // namespace

SessionEntry& SessionTable::add(SessionEntry entry) {
    const std::uint64_t id = entry.id;
    by_handshake_[{entry.client, entry.nonce}] = id;
    const auto [place, added] = by_id_.emplace(id, std::move(entry));
    WYN_CHECK(added);
    return place->second;
}

void SessionTable::remove(std::uint64_t id) {
    const auto place = by_id_.find(id);
    if (place == by_id_.end()) return;
    const SessionEntry& entry = place->second;
    if (entry.last.running) --loads_;
    const Handshake handshake{entry.client, entry.nonce};
    const auto older = [](const auto& one, const auto& other) { return one.second < other.second; };
    if (spent_.size() == most_spent)
        spent_.erase(std::min_element(spent_.begin(), spent_.end(), older));
    spent_[handshake] = entry.since + longest_cookie_life;
    by_handshake_.erase(handshake);
    by_id_.erase(place);
}

std::optional<session::NoteServerLoad>
SessionTable::note(SessionEntry& entry, const session::ConnectionSnapshot& snapshot) {
    const bool was_running = entry.last.running;
    const bool is_new = !was_running || entry.last.test != snapshot.test;
    const bool same_test = entry.last.test == snapshot.test;
    const std::uint64_t known = same_test ? entry.last.test_payload_bytes : 0;
    traffic_.add(snapshot.direction,
                 snapshot.test_payload_bytes - std::min(known, snapshot.test_payload_bytes));
    entry.last = snapshot;
    if (snapshot.running && !was_running) ++loads_;
    if (!snapshot.running && was_running) --loads_;
    const auto held = [](std::size_t count) {
        return static_cast<std::uint16_t>(std::min<std::size_t>(count, 0xffff));
    };
    const wire::ServerLoad now{.sessions = held(size()), .loads = held(loads_)};
    if (!snapshot.running || (!is_new && entry.told == now)) return std::nullopt;
    entry.told = now;
    return session::NoteServerLoad{now};
}

bool SessionTable::is_spent(MonoTime now, const dgram::Endpoint& client, const wire::Nonce& nonce) {
    std::erase_if(spent_, [now](const auto& spent) { return now >= spent.second; });
    return spent_.contains({client, nonce});
}

SessionEntry* SessionTable::find(std::uint64_t id) {
    const auto place = by_id_.find(id);
    return place == by_id_.end() ? nullptr : &place->second;
}

SessionEntry* SessionTable::find(const dgram::Endpoint& client, const wire::Nonce& nonce) {
    const auto place = by_handshake_.find({client, nonce});
    return place == by_handshake_.end() ? nullptr : find(place->second);
}

std::size_t SessionTable::half_open() const {
    return static_cast<std::size_t>(
        std::count_if(begin(), end(), [](const auto& entry) { return entry.second.half_open(); }));
}

std::size_t SessionTable::from(const dgram::Address& address) const {
    return static_cast<std::size_t>(std::count_if(begin(), end(), [&](const auto& entry) {
        return same_holder(entry.second.client.address, address);
    }));
}

BitRate SessionTable::reserved() const {
    std::uint64_t sum = 0;
    for (const auto& [id, entry] : by_id_)
        sum += entry.reserved.bps();
    return BitRate{sum};
}

} // namespace wyn::daemon
