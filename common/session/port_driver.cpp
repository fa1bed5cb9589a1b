#include "session/port_driver.hpp"

#include <algorithm>
#include <cerrno>

namespace wyn::session {

PortDriver::PortDriver(const PortSetup& setup, MonoTime now, Random& random, dgram::Datagrams& door,
                       HostGauge& gauge)
    : session_{setup, now, random}, door_{door}, watch_{gauge} {
    // Probes that were joined to a train would share one stamp.
    if (setup.role == PortRole::control) door_.use_offload(false);
}

void PortDriver::on_order(MonoTime now, const PortOrder& order) {
    if (const auto* send = std::get_if<BeginSending>(&order)) {
        watch_.begin(send->test);
        door_.use_offload(send->offload);
        door_.use_traffic_class(send->traffic_class);
        if (send->search != wire::Search::unpaced) door_.seek_departure_times();
    }
    if (const auto* receive = std::get_if<BeginReceiving>(&order)) {
        watch_.begin(receive->test);
        door_.use_offload(receive->offload);
    }
    if (std::holds_alternative<FindPathMtu>(order)) session_.note_path_mtu(door_.path_mtu());
    session_.note_capabilities(door_.capabilities());
    session_.note_socket_drops(door_.receive_drops());
    session_.on_order(now, order, out_);
    flush();
    complete_news();
}

// A record of a load gets what the host has to say about it.
void PortDriver::complete_news() {
    for (PortNews& news : out_.news)
        if (auto* ended = std::get_if<TestEnded>(&news))
            watch_.complete(*ended,
                            session_.sends_bulk() ? wire::Role::sender : wire::Role::receiver);
}

std::size_t PortDriver::receive(MonoTime now, std::size_t most_trains) {
    std::size_t taken = 0;
    waited_ = Duration::zero();
    take_departures(); // before the answers to what left
    dgram::ReceivedTrain train;
    for (; taken < most_trains; ++taken) {
        const auto received = door_.receive(train);
        if (!received) {
            session_.note_network_error(received.error().code().value());
            session_.note_path_mtu(door_.path_mtu()); // the kernel may have learned it from this
            continue;
        }
        if (!*received) break;
        waited_ = std::max(waited_, now - train.stamp.time);
        session_.on_train(std::max({now, train.stamp.time, train.read_at}), train, out_);
        flush(); // an answer says how long it was held, so it must not be held any longer
    }
    session_.note_capabilities(door_.capabilities()); // the kernel may have refused to segment
    // One system call, once per turn.
    if (session_.is_receiving()) session_.note_socket_drops(door_.receive_drops());
    if (session_.is_sending() || session_.is_receiving())
        watch_.on_turn(now, session_.packets_moved());
    session_.on_timer(now, out_);
    // A load that ended while its socket was full has nothing more to send into it.
    if (!session_.is_sending()) waits_for_room_ = false;
    flush();
    complete_news();
    return taken;
}

bool PortDriver::send_train(MonoTime now) {
    waits_for_room_ = false;
    const BulkTrain train = session_.next_train(now);
    if (train.bytes.empty()) return false;
    const dgram::SendOutcome outcome =
        train.departs ? door_.send_at(train.bytes, train.segment, *train.departs)
                      : door_.send(train.bytes, train.segment, nullptr);
    if (outcome.status == dgram::SendStatus::refused) session_.note_network_error(outcome.error);
    waits_for_room_ = outcome.status == dgram::SendStatus::would_block;
    session_.on_sent(now, outcome);
    return !waits_for_room_;
}

// Small messages: one that finds no room or is refused is as good as lost on the way, and all of
// them are repeated or replaced by the protocol.
void PortDriver::flush() {
    if (out_.connect_to) {
        if (const auto connected = door_.connect(*out_.connect_to); !connected)
            session_.note_network_error(connected.error().code().value());
        session_.note_path_mtu(door_.path_mtu());
        out_.connect_to.reset();
    }
    for (std::size_t i = 0; i < out_.datagrams.size(); ++i) // a refusal may add another one
        send(OutDatagram{out_.datagrams[i]});
    out_.clear_datagrams();
    take_departures(); // most of them are there at once
}

void PortDriver::send(const OutDatagram& datagram) {
    const dgram::Endpoint* const to = datagram.to ? &*datagram.to : nullptr;
    const std::span<const std::uint8_t> bytes = out_.view(datagram);
    const dgram::SendOutcome outcome = datagram.options ? door_.send_one(bytes, *datagram.options)
                                                        : door_.send(bytes, datagram.size, to);
    if (datagram.probe) session_.on_handed(*datagram.probe, outcome);
    if (outcome.status != dgram::SendStatus::refused) return;
    if (datagram.size_number && outcome.error == EMSGSIZE)
        session_.on_size_refused(*datagram.size_number, out_);
    else
        session_.note_network_error(outcome.error);
}

void PortDriver::take_departures() {
    dgram::Departure departure;
    while (door_.take_departure(departure))
        session_.on_departure(departure);
}

} // namespace wyn::session
