// Every client that has a session, from its admission to its end.
#pragma once

#include "daemon/port_allocator.hpp"
#include "daemon/traffic.hpp"
#include "session/connection_link.hpp"

#include <map>
#include <memory>
#include <string>

namespace wyn::daemon {

// One session as the daemon's main process knows it.
struct SessionEntry {
    std::uint64_t id = 0;
    dgram::Endpoint client;
    dgram::Endpoint local; // the address that the client talks to
    wire::Nonce nonce{};   // of its handshake
    PortAllocator::Ports ports{};
    std::uint32_t key_id = 0;
    std::string key_name;
    BitRate reserved{0}; // of max_total_rate
    MonoTime since{};
    session::Terms terms;
    crypto::PortKeys control_keys; // for the last word when the worker is gone
    std::array<std::uint8_t, sizeof(wire::HelloLayout)> hello{};   // that was answered
    std::array<std::uint8_t, sizeof(wire::AssignLayout)> assign{}; // the answer
    MonoTime next_assign = never; // `never` also once all three ports are proven
    MonoTime half_open_until{};
    bool open = false;
    session::ConnectionSnapshot last; // newest cumulative counters
    wire::ServerLoad told;            // to its connection, newest
    std::uint32_t tests_done = 0;     // with a result in the journal

    bool half_open() const { return !open; }
};

class SessionTable {
public:
    SessionEntry& add(SessionEntry entry);
    // Its handshake is spent from now on.
    void remove(std::uint64_t id);
    // This handshake has led to a session that is over, and its cookie may still be good: who says
    // its HELLO now plays back what he heard.
    bool is_spent(MonoTime now, const dgram::Endpoint& client, const wire::Nonce& nonce);

    SessionEntry* find(std::uint64_t id);
    // The session that this handshake has led to.
    SessionEntry* find(const dgram::Endpoint& client, const wire::Nonce& nonce);

    // Takes in what the entry's connection tells of itself. While it has a test: what it is to be
    // told of the whole server, if that has changed.
    std::optional<session::NoteServerLoad> note(SessionEntry& entry,
                                                const session::ConnectionSnapshot& snapshot);

    // Payload that has arrived in all tests of all sessions so far, as far as they have told.
    const Traffic& traffic() const { return traffic_; }

    std::size_t size() const { return by_id_.size(); }
    std::size_t half_open() const;
    // Sessions from the same address; for IPv6 from the same /64, which one host may own whole. Of
    // link-local addresses each is a host of its own.
    std::size_t from(const dgram::Address& address) const;
    BitRate reserved() const;

    using Map = std::map<std::uint64_t, SessionEntry>;
    Map::const_iterator begin() const { return by_id_.begin(); }
    Map::const_iterator end() const { return by_id_.end(); }
    Map::iterator begin() { return by_id_.begin(); }
    Map::iterator end() { return by_id_.end(); }

private:
    using Handshake = std::pair<dgram::Endpoint, wire::Nonce>;

    Map by_id_;
    Traffic traffic_;
    std::size_t loads_ = 0; // entries whose newest snapshot tells of a running test
    std::map<Handshake, std::uint64_t> by_handshake_;
    // Until when each is remembered: as long as its cookie may live, and the newest few thousand.
    std::map<Handshake, MonoTime> spent_;
};

} // namespace wyn::daemon
