// The hub of the client's three ports: follows the plan of a probe phase by phase and gathers the
// result. Pure; the counterpart of server_connection.
//
//   opening -> sizing -> idle -> one direction after the other -> closing -> done
//
//   down: requesting -> loading -> reporting -> settling -> gathering -> resting
//   up:   requesting -> loading -> settling -> reporting -> resting
#pragma once

#include "session/beside_load.hpp"
#include "session/byte_budget.hpp"
#include "session/connection_link.hpp"
#include "session/datagram_size.hpp"
#include "session/latency_phases.hpp"
#include "session/probe_result.hpp"
#include "session/repeated_request.hpp"

#include <vector>

namespace wyn::session {

struct ProbePlan {
    std::vector<wire::Direction> directions{wire::Direction::down, wire::Direction::up};
    // Of the load, per direction; none: as long as a search may take on this path.
    std::optional<Duration> duration = 10s;
    wire::Search search = wire::Search::type_b;
    Duration sustained{};           // S3: the path is to be full for so long
    std::uint64_t budget_bytes = 0; // of IP, all that the probe may use, 0: no limit
    std::uint64_t bytes_before = 0; // of it, used before the ports were opened
    BitRate rate{0};                // payload; fixed: the rate, else the ceiling, 0: none
    // UDP payload of each datagram; none: what fits the path in that direction, at most what a
    // jumbo frame holds.
    std::optional<std::uint16_t> datagram_bytes;
    std::uint16_t kernel_mtu = 1500; // taken for the path's where that is not found out
    wire::Pacing pacing = wire::Pacing::sleep;
    bool offload = true;               // of both hosts: UDP_SEGMENT, UDP_GRO
    dgram::TrafficClass traffic_class; // of the load
    bool together = false;             // with others: each direction waits for go_on()
    Duration idle_time = 1s;
    Duration idle_interval = 10ms;   // between latency probes
    Duration loaded_interval = 30ms; // beside the load: 50 kbit/s each way
    std::uint64_t seed = 0;          // of their schedules
};

// For how long a search may load a path with this round trip when nobody said: three seconds or six
// round trips, and the time for which it is to be full.
Duration longest_search(Duration rtt, Duration sustained);
// The smallest budget with which such a probe can measure something on a short path.
std::uint64_t least_budget(const ProbePlan& plan);

enum class ProbePhase : std::uint8_t { opening, idle, down, up, closing, done };

// What a live display shows.
struct ProbeProgress {
    ProbePhase phase = ProbePhase::opening;
    Duration elapsed{}; // of the phase
    Duration planned{}; // of the phase; zero: not known
    BitRate rate{0};    // payload, as the receiver saw it over the last tenth of a second
    Duration rtt{};     // newest latency sample, zero: none yet
    std::uint64_t lost = 0;
};

class ClientConnection {
public:
    ClientConnection(const ProbePlan& plan, const Terms& terms, std::uint32_t header_bytes,
                     MonoTime now);

    void on_news(MonoTime now, PortRole role, const PortNews& news, ConnectionOutbox& out);
    void on_port_lost(MonoTime now, ConnectionOutbox& out);
    // The user wants to stop: what has been measured becomes a valid partial result.
    void interrupt(MonoTime now, ConnectionOutbox& out);
    void on_timer(MonoTime now, ConnectionOutbox& out);

    // A plan that goes together with others is at the beginning of its next direction.
    bool waiting() const { return step_ == Step::waiting; }
    void go_on(MonoTime now, ConnectionOutbox& out);

    MonoTime due() const;
    bool done() const { return step_ == Step::done; }
    const ProbeResult& result() const { return result_; }
    ProbeProgress progress(MonoTime now) const;

private:
    enum class Step : std::uint8_t {
        opening,
        sizing, // how large packets may be
        idle,
        echoing,    // the user has stopped it: wait for what becomes of the last probes
        waiting,    // for the others, before a direction
        requesting, // START is repeated until READY
        loading,
        settling,  // the load is over: wait for what is still on its way
        reporting, // STOP is repeated until REPORT
        gathering, // wait for our own port's final record
        resting,   // let the queues of the path run empty, and the last probes come back
        closing,   // CLOSE is repeated until CLOSED
        done,
    };

    void enter(Step step, MonoTime now);
    void on_valid(MonoTime now, PortRole role, const PortValid& valid, ConnectionOutbox& out);
    void on_control(MonoTime now, const ControlBody& body, ConnectionOutbox& out);
    void on_ready(MonoTime now, const wire::Ready& ready, ConnectionOutbox& out);
    void on_report(MonoTime now, const wire::Report& report, ConnectionOutbox& out);
    void on_path_mtu(MonoTime now, const PathMtuFound& found, ConnectionOutbox& out);
    void begin_idle(MonoTime now, ConnectionOutbox& out);
    void on_test_ended(MonoTime now, const TestEnded& ended, ConnectionOutbox& out);
    void on_latency(MonoTime now, const LatencyNews& news, ConnectionOutbox& out);
    void on_snapshot(MonoTime now, PortRole role, const PortSnapshot& snapshot,
                     ConnectionOutbox& out);
    void note_progress(MonoTime now, const PortSnapshot& snapshot);
    void watch_load(MonoTime now, const PortSnapshot& snapshot, ConnectionOutbox& out);
    void note_usage();
    void count_beside();
    void stop_load(MonoTime now, wire::End why, ConnectionOutbox& out);
    void watch_settling(MonoTime now, const PortSnapshot& snapshot, ConnectionOutbox& out);

    void ask(MonoTime now, const ControlBody& body, ConnectionOutbox& out);
    void repeat_request(MonoTime now, ConnectionOutbox& out);
    void next_direction(MonoTime now, ConnectionOutbox& out);
    void wait_or_go_on(MonoTime now, ConnectionOutbox& out);
    void ask_for_report(MonoTime now, ConnectionOutbox& out);
    void settled(MonoTime now, ConnectionOutbox& out);
    void direction_over(MonoTime now, wire::End why, ConnectionOutbox& out);
    void begin_closing(MonoTime now, wire::End why, ConnectionOutbox& out);
    void give_up_on_server(MonoTime now, wire::End why, ConnectionOutbox& out);
    void settle_without_server(MonoTime now);
    void begin_probing(Duration interval, Duration time, ConnectionOutbox& out);
    static void end_probing(ConnectionOutbox& out);
    void end_idle(MonoTime now, ConnectionOutbox& out);
    void keep_loaded();
    MonoTime rested() const;

    bool is_down() const { return current_->direction == wire::Direction::down; }
    PortRole bulk_port() const { return is_down() ? PortRole::download : PortRole::upload; }
    PortRole unloaded_port() const { return is_down() ? PortRole::upload : PortRole::download; }
    std::uint64_t volume_left() const;
    Duration load_time() const;
    DatagramSize datagram_size() const;
    Duration settle_time() const;
    Duration longest_quiet() const;

    ProbePlan plan_;
    std::uint32_t header_bytes_;
    ProbeResult result_;
    Step step_ = Step::opening;
    MonoTime step_since_;
    RepeatedRequest request_;
    Duration rtt_ = 100ms; // first guess, then by heartbeat and probes

    std::size_t directions_begun_ = 0;
    std::uint32_t test_ = 0;
    DirectionResult* current_ = nullptr; // in result_
    bool interrupted_ = false;
    bool server_gone_ = false;    // only our own ports are still asked
    MonoTime load_since_ = never; // first and newest moment at which load was seen
    MonoTime load_until_{};
    std::uint64_t seen_packets_ = 0; // by the receiver, at the newest snapshot
    std::uint64_t seen_bytes_ = 0;
    MonoTime seen_at_{};  // when the snapshot came
    MonoTime grown_at_{}; // when seen_packets_ last grew
    BitRate seen_rate_{0};

    ByteBudget budget_;
    std::uint64_t load_budget_ = 0; // of IP that the load of this direction may take, 0: no limit
    BesideLoad beside_;
    LatencyPhases latency_;
    LatencyResult* loaded_ = nullptr; // in result_: of the direction before, while it is open
    std::array<PortSnapshot, 3> snapshots_{};
};

} // namespace wyn::session
