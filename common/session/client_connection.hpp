// The hub of the client's three ports: follows the plan of a probe phase by phase and gathers the
// result. Pure; the counterpart of server_connection.
//
//   opening -> sizing -> idle -> one load after the other, each followed by a rest -> closing ->
//   done
#pragma once

#include "clock/clock_watch.hpp"
#include "session/byte_budget.hpp"
#include "session/client_load.hpp"
#include "session/connection_link.hpp"
#include "session/datagram_size.hpp"
#include "session/latency_phases.hpp"

#include <array>
#include <vector>

namespace wyn::session {

// The shares of the capacity that a staircase loads: half of it, where the usual load of a network
// ends, shortly before it is full, and shortly after.
inline constexpr std::array staircase_shares{0.5, 0.8, 0.95, 1.05};

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
    // After the search of each direction: loads at staircase_shares of the capacity that it found.
    // Without a budget S3 is followed by others anyway: at half of it, when something was lost and
    // it is not known what is lost below the capacity, and by an overload.
    bool staircase = false;
    Duration stair_time = 2s; // of each
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

// resting: after a load, until the queues of the path have run empty.
enum class ProbePhase : std::uint8_t { opening, idle, down, up, resting, closing, done };

// What a live display shows.
struct ProbeProgress {
    ProbePhase phase = ProbePhase::opening;
    Duration elapsed{}; // of the phase
    Duration planned{}; // of the phase; zero: not known
    BitRate rate{0};    // payload, as the receiver saw it over the last tenth of a second
    Duration rtt{};     // newest latency sample, zero: none yet
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
    // A reading of this host's clocks, about one a second.
    void on_clock(const ClockReading& reading);

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
        echoing, // the user has stopped it: wait for what becomes of the last probes
        waiting, // for the others, before a direction
        loading, // see ClientLoad
        resting, // let the queues of the path run empty, and the last probes come back
        closing, // CLOSE is repeated until CLOSED
        done,
    };
    struct PlannedLoad {
        wire::Direction direction = wire::Direction::down;
        double share = 0; // of the capacity of that direction; 0: what the plan asks for
    };

    void enter(Step step, MonoTime now);
    void on_valid(MonoTime now, PortRole role, const PortValid& valid, ConnectionOutbox& out);
    void on_control(MonoTime now, const ControlBody& body, ConnectionOutbox& out);
    void on_path_mtu(MonoTime now, const PathMtuFound& found, ConnectionOutbox& out);
    void begin_idle(MonoTime now, ConnectionOutbox& out);
    void on_latency(MonoTime now, const LatencyNews& news, ConnectionOutbox& out);
    void on_snapshot(MonoTime now, PortRole role, const PortSnapshot& snapshot,
                     ConnectionOutbox& out);
    void note_usage();
    void note_clocks();

    void plan_loads();
    bool is_worth_while(const PlannedLoad& planned) const;
    Duration follow_up_time(const PlannedLoad& planned, BitRate rate, std::uint16_t bytes) const;
    void wait_or_go_on(MonoTime now, ConnectionOutbox& out);
    void next_load(MonoTime now, ConnectionOutbox& out);
    std::optional<PlannedLoad> take_next();
    DirectionResult& place_of(const PlannedLoad& planned);
    LoadPlan plan_of(const PlannedLoad& planned) const;
    void begin_load(MonoTime now, const PlannedLoad& planned, ConnectionOutbox& out);
    void look_after_load(MonoTime now, ConnectionOutbox& out);
    void begin_closing(MonoTime now, wire::End why, ConnectionOutbox& out);
    void give_up_on_server(MonoTime now, wire::End why, ConnectionOutbox& out);
    void begin_probing(Duration interval, Duration time, ConnectionOutbox& out);
    void end_idle(MonoTime now, ConnectionOutbox& out);
    void keep_loaded();
    MonoTime rested() const;
    std::uint64_t volume_left() const;
    DatagramSize datagram_size() const;
    Duration load_time() const;
    Duration path_rtt() const;

    ProbePlan plan_;
    std::uint32_t header_bytes_;
    ProbeResult result_;
    Step step_ = Step::opening;
    MonoTime step_since_;
    RepeatedRequest request_;
    Duration rtt_ = 100ms; // first guess, then by heartbeat and probes

    std::vector<PlannedLoad> planned_;
    std::size_t loads_begun_ = 0;
    std::uint32_t test_ = 0;
    std::optional<ClientLoad> load_;     // until the path has rested from it
    DirectionResult* current_ = nullptr; // its result, in result_
    bool interrupted_ = false;
    bool server_gone_ = false; // only our own ports are still asked

    ByteBudget budget_;
    LatencyPhases latency_;
    ClockWatch near_clock_;
    std::optional<ClockState> far_clock_; // the server's, by its newest echo
    std::array<PortSnapshot, 3> snapshots_{};
};

} // namespace wyn::session
