// First contact with a server: HELLO on a socket to each of its addresses, until one of them gives
// a session or refuses.
#pragma once

#include "ctl/report.hpp"
#include "net/udp_datagrams.hpp"
#include "rt/loop.hpp"
#include "rt/system_random.hpp"
#include "session/client_handshake.hpp"

#include <memory>
#include <variant>
#include <vector>

namespace wyn::ctl {

// A session that a server has given.
struct Contacted {
    dgram::Endpoint server;
    dgram::Endpoint local;
    session::ClientHandshake::Assigned assigned;
    std::size_t path_mtu = 1500;  // as the kernel knows it
    std::uint64_t bytes_used = 0; // of IP, both ways
};

class Contact {
public:
    struct Settings {
        std::vector<dgram::Endpoint> servers; // tried in this order, 250 ms apart
        std::string host;                     // as the user named it
        dgram::Address bind_address;          // unspecified: the kernel chooses
        std::string device;
        crypto::NamedKey key;
        session::ClientHandshake::Wishes wishes;
        Duration timeout = 5s;
        NetworkOptions options;
        std::optional<BitRate> rate; // that was asked for, for advice
    };
    using Outcome = std::variant<Contacted, Failure>;
    using OnOutcome = std::move_only_function<void(Outcome)>;

    // Calls `on_outcome` once from `loop`; the contact may not be destroyed inside.
    static Result<std::unique_ptr<Contact>> begin(rt::Loop& loop, Settings settings,
                                                  OnOutcome on_outcome);

private:
    // One address of the server.
    struct Attempt {
        dgram::Endpoint server;
        std::unique_ptr<net::UdpDatagrams> socket;
        std::unique_ptr<session::ClientHandshake> handshake;
        rt::Io watch;
        int network_error = 0;
    };

    Contact(Settings settings, OnOutcome on_outcome)
        : settings_{std::move(settings)}, on_outcome_{std::move(on_outcome)} {}
    Result<void> start(rt::Loop& loop);
    Result<void> add_attempt(rt::Loop& loop, const dgram::Endpoint& server, MonoTime first_hello);
    void on_readable(Attempt& attempt);
    void on_timer();
    void say_hello(Attempt& attempt, MonoTime now);
    void succeed(Attempt& attempt, const session::ClientHandshake::Assigned& assigned);
    void finish(Outcome outcome);
    void arm();

    Settings settings_;
    OnOutcome on_outcome_;
    rt::SystemRandom random_;
    std::vector<std::unique_ptr<Attempt>> attempts_;
    std::uint64_t bytes_used_ = 0;
    rt::Timer timer_;
    MonoTime began_{};
    MonoTime give_up_{};
};

} // namespace wyn::ctl
