// wyndrvrctl probe or latency in the simulated network: the production handshake, connection and
// ports, and around them what the command does on the real one.
#pragma once

#include "session/client_connection.hpp"
#include "session/client_handshake.hpp"
#include "session/latency_connection.hpp"
#include "sim/sim_port.hpp"

namespace wyn::sim {

struct ClientSpec {
    session::ProbePlan plan;
    std::optional<session::LatencyPlan> latency; // set: measures this instead
    crypto::NamedKey key;                        // id 0: anonymous
    std::optional<BitRate> wish;                 // unset: the plan's rate
    Duration timeout = 10s;                      // for the server to answer
    SocketSpec socket;
    SendTrouble trouble;
    Duration link_delay{};
    Duration snapshot_interval = 100ms;
    HostStory story;
    // Dishonest clients: changes the orders that the connection gives its own ports.
    std::function<void(session::PortRole, session::PortOrder&)> tamper;
    // Dishonest clients: a door in front of a port's socket.
    std::function<std::unique_ptr<dgram::Datagrams>(session::PortRole, const session::PortSetup&,
                                                    SimDatagrams&)>
        liar;
};

enum class ClientState : std::uint8_t { knocking, unanswered, refused, running, finished, killed };

class SimClient final : public Actor {
public:
    SimClient(SimHost& host, const dgram::Endpoint& server, const ClientSpec& spec);
    ~SimClient() override;

    ClientState state() const { return state_; }
    bool over() const { return state_ != ClientState::knocking && state_ != ClientState::running; }
    const ClientSpec& spec() const { return spec_; }
    const wire::Refuse& refusal() const { return *refusal_; }
    const session::ProbeResult& result() const { return connection_->result(); }
    // Of a client that measures latency.
    const session::LatencyOutcome& outcome() const { return latency_->outcome(); }
    const std::vector<stats::ProbeRecord>& records() const { return records_; }
    const session::ClientHandshake& handshake() const { return handshake_; }
    const SimHost& where() const { return host(); }
    std::uint64_t session() const { return session_; }
    // Of the bulk of one direction, whether or not there was any.
    // Of the first load in that direction, or of a later one: its stairs, from 1 on.
    FlowId flow(wire::Direction direction, std::size_t stair = 0) const;
    SimPort* port(session::PortRole role);
    // What the newest snapshot of each port said is in the ports' sessions; these are sums.
    SimDatagrams::Troubles troubles() const;

    SimTime begun() const { return begun_; }
    std::optional<SimTime> assigned() const { return assigned_; }
    std::optional<SimTime> over_since() const { return over_since_; }
    // Highest phase and rate that progress() ever showed.
    const session::ProbeProgress& newest_progress() const { return progress_; }

    // Ctrl-C.
    void interrupt() { messages_.post(Message{.interrupt = true}); }
    // SIGKILL: the sockets are closed, nobody is told.
    void kill();

private:
    struct Message {
        session::PortRole from = session::PortRole::control;
        std::optional<session::PortNews> news;
        bool interrupt = false;
    };

    MonoTime turn(MonoTime now) override;
    MonoTime knock(MonoTime now);
    MonoTime follow(MonoTime now);
    template <typename Connection>
    MonoTime drive(MonoTime now, Connection& connection);
    void begin(MonoTime now, const session::ClientHandshake::Assigned& assigned);
    void open_port(session::PortRole role, std::uint16_t port,
                   const session::ClientHandshake::Assigned& assigned);
    void finish(ClientState state);

    ClientSpec spec_;
    dgram::Endpoint server_;
    SeededRandom random_;
    SimTime begun_;
    MonoTime patience_;
    session::ClientHandshake handshake_;
    std::unique_ptr<SimDatagrams> knocking_;
    ClientState state_ = ClientState::knocking;
    std::optional<wire::Refuse> refusal_;
    std::uint64_t session_ = 0;
    std::optional<SimTime> assigned_;
    std::optional<SimTime> over_since_;

    std::optional<session::ClientConnection> connection_;
    std::optional<session::LatencyConnection> latency_;
    std::vector<stats::ProbeRecord> records_;
    session::ConnectionOutbox out_;
    MonoTime closes_ = never; // our sockets, after the end
    MonoTime next_clock_{};   // when our host's clocks are to be looked at
    Mailbox<Message> messages_;
    std::array<std::shared_ptr<SimDatagrams>, 3> sockets_;
    std::array<std::unique_ptr<dgram::Datagrams>, 3> liars_;
    std::array<std::optional<SimPort>, 3> ports_;
    std::array<dgram::Endpoint, 3> local_;
    std::array<dgram::Endpoint, 3> remote_;
    session::ProbeProgress progress_;
};

} // namespace wyn::sim
