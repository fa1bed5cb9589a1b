// What the daemon and a connection say to each other, as trivially copyable records.
#pragma once

#include "base/placement.hpp"
#include "session/port_link.hpp"

namespace wyn::session {

// The first order to a connection: the client that was admitted.
struct ConnectionSetup {
    std::uint64_t session = 0;
    dgram::Endpoint client; // as the handshake saw it
    crypto::PortKeys control;
    crypto::PortKeys upload;
    crypto::PortKeys download;
    Terms terms;
    Tuning tuning;
    Placement port_placement = Placement::single;
    dgram::DscpSet allowed_dscp;             // that a client may have its download sent with
    Duration worker_timeout = 2s;            // a port that reports nothing for this long has failed
    Duration sign_of_life = Duration::max(); // of the connection itself, see PortSetup
    bool lent_sockets = false;               // see PortSetup

    PortSetup port(PortRole role) const;
};

// How often a worker placed there must give a sign of life so that nobody takes it for dead.
Duration sign_of_life_of(Placement where, Duration worker_timeout);

struct CloseConnection {
    wire::End end = wire::End::shutting_down;
};

// What the server has to do now. Told to a connection with a test whenever it has changed.
struct NoteServerLoad {
    wire::ServerLoad now;
};

using ConnectionOrder = std::variant<ConnectionSetup, CloseConnection, NoteServerLoad>;

// All three ports are proven.
struct ConnectionOpened {
    Duration rtt{};
};
// A test is over and its record final.
struct TestDone {
    std::uint32_t test = 0;
    wire::Direction direction = wire::Direction::down;
    wire::End end = wire::End::none;
    std::uint16_t datagram_bytes = 0;
    wire::SenderRecord sent;       // up: as the client says
    wire::ReceiverRecord received; // down: as the client's feedback says
    // down: what our search found; up: only the client knows.
    wire::CapacityVerdict capacity = wire::CapacityVerdict::none;
    BitRate capacity_ip{0};
};
// Cumulative, on a timer; the connection's sign of life.
struct ConnectionSnapshot {
    wire::DropCounts drops;
    std::uint64_t datagrams_in = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t datagrams_out = 0;
    std::uint64_t bytes_out = 0;
    Duration rtt{};
    bool open = false;
    std::uint32_t test = 0; // 0: none yet
    bool running = false;
    wire::Direction direction = wire::Direction::down;
    std::uint64_t test_payload_bytes = 0; // delivered so far in this test
};
// The last news of a connection.
struct ConnectionEnded {
    wire::End end = wire::End::completed;
};

using ConnectionNews =
    std::variant<ConnectionOpened, TestDone, ConnectionSnapshot, ConnectionEnded>;

static_assert(std::is_trivially_copyable_v<ConnectionOrder>);
static_assert(std::is_trivially_copyable_v<ConnectionNews>);

} // namespace wyn::session
