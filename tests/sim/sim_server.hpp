// The daemon in the simulated network: the production listener and connections, and around them
// what daemon/server does on the real one. It owns sockets and workers, and has the last word when
// one of them fails.
#pragma once

#include "daemon/listener.hpp"
#include "session/server_connection.hpp"
#include "sim/sim_port.hpp"

#include <set>

namespace wyn::sim {

struct ServerSpec {
    // Elsewhere, so that ports and connections give signs of life and are missed.
    daemon::ListenerSettings settings{.port_placement = Placement::thread,
                                      .connection_placement = Placement::thread};
    std::vector<crypto::NamedKey> keys;
    SocketSpec socket;
    Duration link_delay{};               // between daemon, connection and port
    std::set<std::uint16_t> taken_ports; // by other programs
    std::uint16_t port = 6711;
    HostStory story;
};

// What the server knows of one session, from its admission to its end; kept for the checkers.
struct SessionRecord {
    daemon::Admitted admitted;
    SimTime begun{};
    std::optional<SimTime> opened;
    std::optional<SimTime> ended; // ports are free again
    std::vector<wire::End> ends;  // one, if all is well
    std::vector<session::TestDone> tests;
    session::ConnectionSnapshot last;
};

class SimServer final : public Actor, private daemon::SessionHost {
public:
    // Sees the session table around each datagram on the listening port.
    using Watch = std::function<void(const dgram::Endpoint& from, wire::Bytes datagram,
                                     std::size_t sessions_before, std::size_t sessions_after)>;

    SimServer(SimHost& host, const ServerSpec& spec);
    ~SimServer() override;

    const daemon::Listener& listener() const { return listener_; }
    dgram::Endpoint endpoint() const { return listening_->local(); }
    const std::map<std::uint64_t, SessionRecord>& records() const { return records_; }
    std::size_t running() const { return sessions_.size(); }
    void on_listened(Watch watch) { watch_ = std::move(watch); }
    void on_admitted(std::function<void(const SessionRecord&)> tell) { tell_ = std::move(tell); }

    // Trouble.
    void kill_port(std::uint64_t session, session::PortRole role);
    void hang_port(std::uint64_t session, session::PortRole role, Duration time);
    void kill_connection(std::uint64_t session);
    void refuse_workers(bool refuse) { refuses_workers_ = refuse; }
    void send_trouble(const SendTrouble& trouble);
    // SIGTERM: nobody is let in any more, everybody is told.
    void shut_down();
    // kill -9 of the daemon: everything is gone at once, without a word.
    void crash();
    SimPort* port(std::uint64_t session, session::PortRole role);
    const SimDatagrams::Troubles& troubles() const { return troubles_; }

private:
    class Session;
    struct News {
        std::uint64_t session;
        std::optional<session::ConnectionNews> news; // nothing: the worker is gone
    };

    bool open_port(std::uint16_t port, const dgram::Address& local) override;
    void close_port(std::uint16_t port) override;
    bool start(const daemon::Admitted& admitted) override;

    MonoTime turn(MonoTime now) override;
    void listen(MonoTime now);
    void on_news(const News& news);
    void end_session(std::uint64_t session, wire::End end);
    void last_word(const SessionRecord& record, SimDatagrams& control);

    ServerSpec spec_;
    SeededRandom random_;
    std::unique_ptr<SimDatagrams> listening_;
    daemon::Listener listener_;
    Mailbox<News> news_;
    std::map<std::uint16_t, std::shared_ptr<SimDatagrams>> opened_; // not yet a session's
    std::map<std::uint64_t, std::unique_ptr<Session>> sessions_;
    std::map<std::uint64_t, SessionRecord> records_;
    Watch watch_;
    std::function<void(const SessionRecord&)> tell_;
    bool refuses_workers_ = false;
    SendTrouble trouble_;
    SimDatagrams::Troubles troubles_;
};

} // namespace wyn::sim
