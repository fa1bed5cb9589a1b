#include "session/port_driver.hpp"

#include <algorithm>

namespace wyn::session {

PortDriver::PortDriver(const PortSetup& setup, MonoTime now, Random& random, dgram::Datagrams& door)
    : session_{setup, now, random}, door_{door} {
    // Probes that were joined to a train would share one stamp.
    if (setup.role == PortRole::control) door_.use_offload(false);
}

void PortDriver::on_order(MonoTime now, const PortOrder& order) {
    if (const auto* send = std::get_if<BeginSending>(&order)) {
        door_.use_offload(send->offload);
        if (send->search != wire::Search::unpaced) door_.seek_departure_times();
    }
    if (const auto* receive = std::get_if<BeginReceiving>(&order))
        door_.use_offload(receive->offload);
    session_.note_capabilities(door_.capabilities());
    session_.note_socket_drops(door_.receive_drops());
    session_.on_order(now, order, out_);
    flush();
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
    session_.on_timer(now, out_);
    flush();
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
        out_.connect_to.reset();
    }
    for (const OutDatagram& datagram : out_.datagrams)
        send(datagram);
    out_.datagrams.clear();
    take_departures(); // most of them are there at once
}

void PortDriver::send(const OutDatagram& datagram) {
    const dgram::Endpoint* const to = datagram.to ? &*datagram.to : nullptr;
    const dgram::SendOutcome outcome = datagram.options
                                           ? door_.send_one(datagram.view(), *datagram.options)
                                           : door_.send(datagram.view(), datagram.size, to);
    if (outcome.status == dgram::SendStatus::refused) session_.note_network_error(outcome.error);
    if (datagram.probe) session_.on_handed(*datagram.probe, outcome);
}

void PortDriver::take_departures() {
    dgram::Departure departure;
    while (door_.take_departure(departure))
        session_.on_departure(departure);
}

} // namespace wyn::session
