// First contact: HELLO in, COOKIE out; HELLO with the cookie in, ASSIGN or REFUSE out. Keeps
// nothing about anybody before the cookie has come back, and never answers with more than it was
// sent. Pure.
#pragma once

#include "crypto/keys.hpp"
#include "daemon/admission.hpp"
#include "session/cookie.hpp"
#include "wire/codec.hpp"

#include <set>
#include <string>

namespace wyn::daemon {

// A session that the listener has admitted and that now needs a place to run.
struct Admitted {
    session::ConnectionSetup setup;
    PortAllocator::Ports ports{};
    dgram::Endpoint local;
    std::string key_name;
};

// Whoever owns sockets and workers: the server, or the simulator.
class SessionHost {
public:
    virtual ~SessionHost() = default;
    // Opens the UDP port on this address of ours; false when another program has it.
    virtual bool open_port(std::uint16_t port, const dgram::Address& local) = 0;
    virtual void close_port(std::uint16_t port) = 0;
    // Starts the session's worker, which takes over the three open ports; false when the host gives
    // none, and then the ports are still the listener's.
    virtual bool start(const Admitted& admitted) = 0;
};

struct ListenerSettings {
    AdmissionLimits limits;
    session::Terms terms; // max_rate as granted by admission
    session::Tuning tuning;
    std::vector<settings::PortRange> port_ranges;
    dgram::DscpSet allowed_dscp;
    Placement port_placement = Placement::single;
    Placement connection_placement = Placement::single;
    Duration worker_timeout = 2s;
    bool lent_ports = false; // their sockets serve one client after the other
};

// Cumulative; for status and journal.
struct ListenerCounts {
    wire::DropCounts drops;
    std::uint64_t cookies_sent = 0;
    std::uint64_t admitted = 0;
    std::array<std::uint64_t, 16> refused{}; // by Refusal
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
};

// What the listener wants sent from the listening socket.
struct ListenerReply {
    dgram::Endpoint to;
    dgram::Endpoint local; // the address to send from
    std::array<std::uint8_t, sizeof(wire::AssignLayout)> bytes;
    std::size_t size = 0;
};

// A refusal, for the journal.
struct RefusedClient {
    dgram::Endpoint client;
    Refused refused;
};

struct ListenerOutbox {
    std::vector<ListenerReply> replies;
    std::vector<RefusedClient> refused;
    void clear() {
        replies.clear();
        refused.clear();
    }
};

class Listener {
public:
    Listener(const ListenerSettings& settings, crypto::Keyring keys, Random& random, MonoTime now,
             SessionHost& host);

    // A datagram that `from` sent to our address `local`.
    void on_datagram(MonoTime now, const dgram::Endpoint& from, const dgram::Endpoint& local,
                     wire::Bytes datagram, ListenerOutbox& out);
    // Repeats ASSIGN for sessions that are not open yet.
    void on_timer(MonoTime now, ListenerOutbox& out);
    MonoTime due() const;

    // The session's connection says that all three ports are proven, or that it is over: then its
    // ports are free again.
    void on_opened(std::uint64_t session);
    void on_ended(std::uint64_t session);
    // While it drains, everybody is refused with `shutting_down`.
    void drain(bool on) { draining_ = on; }
    bool is_draining() const { return draining_; }
    // For clients that come from now on. The ranges of ports stay as they are.
    void reconfigure(const ListenerSettings& settings, crypto::Keyring keys);

    SessionTable& sessions() { return sessions_; }
    const SessionTable& sessions() const { return sessions_; }
    const PortAllocator& ports() const { return ports_; }
    const ListenerCounts& counts() const { return counts_; }
    const ListenerSettings& settings() const { return settings_; }

private:
    struct Caller {
        MonoTime now;
        dgram::Endpoint from;
        dgram::Endpoint local;
        wire::Bytes datagram;
    };

    void on_hello(const Caller& caller, const wire::Hello& hello, ListenerOutbox& out);
    void send_cookie(const Caller& caller, const wire::Hello& hello, ListenerOutbox& out);
    std::optional<Refused> flaw_of(const wire::Hello& hello, const crypto::Keyring::Found& key,
                                   const Caller& caller);
    void admit_caller(const Caller& caller, const wire::Hello& hello,
                      const crypto::Keyring::Found& key, ListenerOutbox& out);
    void start_session(const Caller& caller, const wire::Hello& hello,
                       const crypto::Keyring::Found& key, const Granted& granted,
                       const PortAllocator::Ports& ports, ListenerOutbox& out);
    void refuse(const Caller& caller, const wire::Hello& hello, Refused refused,
                ListenerOutbox& out);
    void send_assign(const SessionEntry& entry, ListenerOutbox& out);
    ListenerReply& reply_to(const dgram::Endpoint& to, const dgram::Endpoint& local,
                            ListenerOutbox& out);
    std::uint64_t new_session_id();
    void set_next_assign(SessionEntry& entry, MonoTime when);

    ListenerSettings settings_;
    crypto::Keyring keys_;
    Random& random_;
    SessionHost& host_;
    session::CookieJar cookies_;
    PortAllocator ports_;
    SessionTable sessions_;
    // Who is to be sent ASSIGN again, by the time: those that are not open, so that nothing goes
    // through all sessions.
    std::set<std::pair<MonoTime, std::uint64_t>> assigns_;
    ListenerCounts counts_;
    bool draining_ = false;
};

} // namespace wyn::daemon
