// One load as the client's hub sees it, from START to the records of both ends. Pure.
//
//   down: requesting -> loading -> reporting -> settling -> gathering -> over
//   up:   requesting -> loading -> settling -> reporting -> over
#pragma once

#include "session/beside_load.hpp"
#include "session/probe_result.hpp"
#include "session/repeated_request.hpp"

namespace wyn::session {

struct LoadPlan {
    std::uint32_t test = 0;
    wire::Direction direction = wire::Direction::down;
    wire::Search search = wire::Search::fixed;
    BitRate rate{0};      // payload; fixed: the rate, else the ceiling, 0: none
    Duration duration{};  // at most
    Duration sustained{}; // S3: the path is to be full for so long
    std::uint16_t datagram_bytes = 1472;
    std::uint64_t volume_bytes = 0; // of payload that the server still takes, 0: no limit
    std::uint64_t budget_bytes = 0; // of IP that the load may take, 0: no limit
    wire::Pacing pacing = wire::Pacing::sleep;
    bool offload = true; // of both hosts: UDP_SEGMENT, UDP_GRO
    dgram::TrafficClass traffic_class;
};

class ClientLoad {
public:
    // `result`, which must outlive it, gets all that becomes known. `rtt` is of the path, `terms`
    // are what the server agreed to.
    ClientLoad(const LoadPlan& plan, DirectionResult& result, const Terms& terms, Duration rtt,
               MonoTime now);
    // Asks the server for it.
    void begin(MonoTime now, ConnectionOutbox& out);
    // Or leaves it at that.
    void refuse(wire::End why) { finish(why); }

    // The newest round trip, of heartbeats or probes, whichever is longer.
    void note_rtt(Duration rtt) { rtt_ = rtt; }
    // `ports` are the newest of all, by their roles; that of `role` is new.
    void on_snapshot(MonoTime now, PortRole role, const std::array<PortSnapshot, 3>& ports,
                     ConnectionOutbox& out);
    void on_ready(MonoTime now, const wire::Ready& ready, ConnectionOutbox& out);
    void on_report(MonoTime now, const wire::Report& report, ConnectionOutbox& out);
    void on_test_ended(MonoTime now, const TestEnded& ended, ConnectionOutbox& out);
    // Why it cannot go on: peer_silent, worker_failed; none: it can.
    wire::End on_timer(MonoTime now, ConnectionOutbox& out);

    // Before its time; its records are still gathered.
    void stop(MonoTime now, wire::End why, ConnectionOutbox& out);
    // The user wants to stop: the same, or at once where there is nothing to gather yet.
    void interrupt(MonoTime now, ConnectionOutbox& out);
    // The server is gone: what our own ports know is the result.
    void go_on_alone(MonoTime now, wire::End why, ConnectionOutbox& out);
    // So is our own port: what it last told is the result.
    void give_up();

    bool loading() const { return step_ == Step::loading; }
    bool over() const { return step_ == Step::over; }
    MonoTime due() const;
    // The first and the newest moment at which load was seen: what was sent between them was
    // measured beside it. The first is `never` before there was any.
    MonoTime since() const { return since_; }
    MonoTime until() const { return until_; }
    // Payload, as the receiver saw it over the last tenth of a second.
    BitRate seen_rate() const { return seen_rate_; }
    const DirectionResult& result() const { return *result_; }

private:
    enum class Step : std::uint8_t {
        requesting, // START is repeated until READY
        loading,
        settling,  // wait for what is still on its way
        reporting, // STOP is repeated until REPORT
        gathering, // wait for our own port's final record
        over,
    };

    void enter(Step step, MonoTime now);
    void finish(wire::End why);
    void begin_sending(ConnectionOutbox& out) const;
    void note_progress(MonoTime now, const PortSnapshot& snapshot);
    void watch_load(MonoTime now, const PortSnapshot& snapshot, ConnectionOutbox& out);
    void watch_settling(MonoTime now, ConnectionOutbox& out);
    void settled(MonoTime now, ConnectionOutbox& out);
    void ask_for_report(MonoTime now, ConnectionOutbox& out);
    void count_beside();

    bool is_down() const { return plan_.direction == wire::Direction::down; }
    PortRole bulk_port() const { return is_down() ? PortRole::download : PortRole::upload; }
    Duration settle_time() const;
    Duration longest_quiet() const;
    Duration longest_load() const;

    LoadPlan plan_;
    DirectionResult* result_;
    Duration rtt_;
    Duration idle_timeout_;
    Step step_ = Step::requesting;
    MonoTime step_since_;
    RepeatedRequest request_;
    bool interrupted_ = false;
    bool alone_ = false; // only our own ports are still asked

    PortSnapshot newest_{}; // of the bulk port
    MonoTime since_ = never;
    MonoTime until_{};
    MonoTime seen_at_;  // when the newest snapshot came
    MonoTime grown_at_; // when the receiver's count last grew
    BitRate seen_rate_{0};
    BesideLoad beside_;
};

// How long what was sent may be under way once the last of it has left: RFC 7680 wants a Tmax; ours
// grows with the path, between these bounds.
constexpr Duration shortest_settling = 200ms;
constexpr Duration longest_settling = 3s;

} // namespace wyn::session
