// The hub of one client's three ports on the server: opens when all of them are proven, answers
// START with READY and STOP with REPORT, keeps the limits, closes with a reason. Pure.
//
//   half-open --all three proven--> open --CLOSE, silence, a limit, an order--> closing --> ended
//
// Every request of the client is answered however often it comes, so a lost answer costs one round
// trip and no state.
#pragma once

#include "session/connection_outbox.hpp"

namespace wyn::session {

class ServerConnection {
public:
    ServerConnection(const ConnectionSetup& setup, MonoTime now);

    void on_news(MonoTime now, PortRole role, const PortNews& news, ConnectionOutbox& out);
    // The worker of a port is gone or hangs: the session is over, the daemon has the last word.
    void on_port_lost(ConnectionOutbox& out);
    void close(MonoTime now, wire::End why, ConnectionOutbox& out);
    // Of the whole server, while a test of ours runs.
    void note_server_load(const wire::ServerLoad& now);
    void on_timer(MonoTime now, ConnectionOutbox& out);

    MonoTime due() const;
    // ConnectionEnded has been told; the ports may be taken down.
    bool ended() const { return state_ == State::ended; }

private:
    enum class State : std::uint8_t { half_open, open, closing, lingering, ended };

    struct Test {
        wire::Start start;
        wire::Ready ready;
        wire::Stop stop;
        bool granted = false;
        bool stopped = false; // the client has said STOP
        std::optional<TestEnded> result;
        wire::ServerLoad server; // the highest
        bool counted = false;    // into the volume
        bool told = false;       // TestDone went up
    };

    void on_snapshot(PortRole role, const PortSnapshot& snapshot, ConnectionOutbox& out);
    void on_valid(MonoTime now, PortRole role, const PortValid& valid, ConnectionOutbox& out);
    void on_control(MonoTime now, const ControlBody& body, ConnectionOutbox& out);
    void on_start(MonoTime now, const wire::Start& start, ConnectionOutbox& out);
    void on_stop(const wire::Stop& stop, ConnectionOutbox& out);
    void on_test_ended(const TestEnded& ended, ConnectionOutbox& out);
    wire::Ready grant(const wire::Start& start) const;
    dgram::TrafficClass granted_class() const;
    void begin(ConnectionOutbox& out);
    wire::Report report() const;
    void report_if_over(ConnectionOutbox& out);
    void stop_load(wire::End why, ConnectionOutbox& out) const;
    void tell_test(ConnectionOutbox& out);
    void finish(wire::End why, ConnectionOutbox& out);
    MonoTime snapshot_due() const;
    void tell_snapshot(MonoTime now, ConnectionOutbox& out);
    static PortRole bulk_port(wire::Direction direction);
    std::uint64_t volume_left() const;

    ConnectionSetup setup_;
    State state_ = State::half_open;
    MonoTime half_open_until_;
    std::array<bool, 3> proven_{};
    Duration rtt_{};
    std::array<PortSnapshot, 3> snapshots_{};
    std::optional<Test> test_;
    std::uint64_t volume_used_ = 0;

    wire::End why_closed_ = wire::End::none;
    std::uint32_t closes_sent_ = 0;
    MonoTime next_close_ = never;
    MonoTime linger_until_ = never;
    MonoTime last_snapshot_;
    bool changed_ = true; // since the last snapshot
};

} // namespace wyn::session
