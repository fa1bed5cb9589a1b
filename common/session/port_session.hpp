// One port of a session, on either side: heartbeats, sealed messages, and by its role the latency
// flow and the control messages, or one half of the bulk. Pure: trains, orders and the time go in,
// datagrams and news come out.
#pragma once

#include "clock/clock_watch.hpp"
#include "session/beats.hpp"
#include "session/bulk_receiver.hpp"
#include "session/bulk_sender.hpp"
#include "session/latency_answerer.hpp"
#include "session/latency_prober.hpp"
#include "session/outbox.hpp"
#include "session/path_mtu.hpp"
#include "session/port_activity.hpp"
#include "session/seal.hpp"

namespace wyn::session {

class PortSession {
public:
    PortSession(const PortSetup& setup, MonoTime now, Random& random);

    // An order of the connection (all but PortSetup, which the constructor took).
    void on_order(MonoTime now, const PortOrder& order, Outbox& out);
    void on_train(MonoTime now, const dgram::ReceivedTrain& train, Outbox& out);
    // Cumulative datagrams that the socket dropped.
    void note_socket_drops(std::uint64_t cumulative);
    // What the door can do now.
    void note_capabilities(const dgram::Capabilities& capabilities);
    // What the kernel takes for the MTU of the path to the peer, when it may have changed.
    void note_path_mtu(std::optional<std::size_t> bytes);
    // The host refused the datagram of this size_number because of its length.
    void on_size_refused(std::uint32_t number, Outbox& out);
    // An ICMP error or a refusal of the local stack: told, but it ends nothing (it may be forged).
    void note_network_error(int number) { counts_.network_error = number; }
    // What became of a probe of the outbox or of the echo of this probe, right after it was to be
    // sent.
    void on_handed(std::uint32_t probe, const dgram::SendOutcome& outcome);
    // The stack tells when a datagram left it.
    void on_departure(const dgram::Departure& departure);
    // Whether to read the clocks for the peer, which needs it once a second while it probes, and
    // what was read.
    bool wants_clock(MonoTime now) const;
    void on_clock(const ClockReading& reading);
    void on_timer(MonoTime now, Outbox& out);
    // When on_timer() or the bulk sender has something to do.
    MonoTime due() const;

    // The next bulk train and what became of it; empty when none is due.
    BulkTrain next_train(MonoTime now);
    void on_sent(MonoTime now, const dgram::SendOutcome& outcome);
    // When the next train leaves, `never` if none will, and for how long before that the wait is to
    // be spinning.
    MonoTime train_due() const;
    Duration spin() const;

    const PortSetup& setup() const { return setup_; }
    bool is_sending() const { return sender_ && !sender_->ended(); }
    bool is_receiving() const { return receiver_ && !receiver_->ended(); }
    // Which of the two a load on this port means.
    bool sends_bulk() const;
    // Datagrams of the newest load that have left or come.
    std::uint64_t packets_moved() const;
    // There has been nothing but heartbeats for a while.
    bool rests(MonoTime now) const { return activity_.rests(now); }

private:
    struct Arrived {
        MonoTime now;
        Stamp stamp;
        dgram::Endpoint from;
        MonoTime read;
        std::uint8_t traffic_class;
        std::uint64_t socket_drops;
    };

    bool is_server() const { return setup_.side == Side::server; }
    bool may_talk(const dgram::Endpoint& from) const;
    void on_bulk(const dgram::ReceivedTrain& train);
    void count_bulk(const dgram::ReceivedTrain& train,
                    const std::bitset<crypto::longest_train>& authentic);
    void on_message(const Arrived& at, wire::Bytes datagram, Outbox& out);
    std::optional<wire::Drop> dispatch(const Arrived& at, const wire::SealedBody& body,
                                       Outbox& out);
    std::optional<wire::Drop> on_beat(const Arrived& at, const wire::Beat& beat, Outbox& out);
    bool may_leave_out(const wire::Beat& answer, MonoTime now) const;
    std::optional<wire::Drop> on_probe(const Arrived& at, const wire::Probe& probe, Outbox& out);
    std::optional<wire::Drop> on_echo(const Arrived& at, const wire::Echo& echo);
    void on_copy(wire::Bytes datagram);
    std::optional<wire::Drop> on_size(MonoTime now, const wire::Size& size, Outbox& out);
    std::optional<wire::Drop> on_feedback(const Arrived& at, const wire::Feedback& feedback,
                                          Outbox& out);
    template <typename Body>
    std::optional<wire::Drop> pass_up(const Body& body, bool expected, Outbox& out);

    OutDatagram& send(const wire::SealedBody& body, Outbox& out,
                      const std::optional<dgram::Endpoint>& to = std::nullopt);
    void on_probing(MonoTime now, const SetProbing& order);
    void send_probes(MonoTime now, Outbox& out);
    void probe_path_mtu(MonoTime now, Outbox& out);
    void tell_ended_tests(Outbox& out);
    bool works() const;
    Duration probing_interval() const;
    void tell_snapshot(MonoTime now, Outbox& out);
    wire::SenderRecord sent() const;
    PortSnapshot snapshot() const;

    PortSetup setup_;
    Random& random_;
    Sealer sealer_;
    Opener opener_;
    // What only one side, one role or a load needs: some ten KiB that a resting port does not have.
    std::unique_ptr<BeatAnswerer> answerer_;            // server
    std::unique_ptr<BeatAsker> asker_;                  // client
    std::unique_ptr<LatencyProber> latency_prober_;     // client's control port, once it probes
    std::optional<SetProbing> waiting_probing_;         // "; until the server takes probes
    std::unique_ptr<LatencyAnswerer> latency_answerer_; // server's, once it is probed
    std::unique_ptr<ClockWatch> clock_watch_;           // "
    std::unique_ptr<PathMtuProber> mtu_prober_;         // client's control port, while it looks
    std::unique_ptr<SizeAnswerer> size_answerer_;       // server's, once it is asked
    std::unique_ptr<BulkSender> sender_;                // from the first test on
    std::unique_ptr<BulkReceiver> receiver_;            // "
    std::unique_ptr<crypto::BulkTagger> bulk_tagger_;   // the receiver's
    dgram::Capabilities door_;
    bool end_told_ = true;
    bool broken_told_ = false;

    std::optional<dgram::Endpoint> peer_; // the proven one; for the client from the start
    PortActivity activity_;
    Duration rtt_{};
    std::uint16_t path_mtu_ = 0; // as the kernel knows it; 0: not known
    std::uint64_t socket_drops_ = 0;
    PortSnapshot counts_;
};

} // namespace wyn::session
