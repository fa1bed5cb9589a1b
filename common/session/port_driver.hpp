// A port at its door: moves trains between the network and the session. Knows interfaces only, so
// the same driver runs on a UDP socket and in the simulated network.
#pragma once

#include "dgram/datagrams.hpp"
#include "session/load_watch.hpp"
#include "session/port_session.hpp"

namespace wyn::session {

class PortDriver {
public:
    PortDriver(const PortSetup& setup, MonoTime now, Random& random, dgram::Datagrams& door,
               HostGauge& gauge);

    void on_order(MonoTime now, const PortOrder& order);

    // Takes in what has arrived, at most `most_trains`, and does what is due at `now`. The number
    // of trains: when it is `most_trains` more may be waiting.
    std::size_t receive(MonoTime now, std::size_t most_trains);
    // For how long what the last receive() took in had been waiting, at most; zero: for nothing
    // came.
    Duration waited() const { return waited_; }
    // Sends at most one bulk train. True when another may be due at once.
    bool send_train(MonoTime now);

    // When to call again without a datagram having come.
    MonoTime due() const { return waits_for_room_ ? never : session_.due(); }
    // The socket's buffer is full: call again when it can be written.
    bool waits_for_room() const { return waits_for_room_; }

    // When the next bulk train leaves, and for how long before that the wait is to be spinning.
    MonoTime train_due() const { return waits_for_room_ ? never : session_.train_due(); }
    Duration spin() const { return session_.spin(); }

    // What the session has to tell since the last clear_news().
    std::span<const PortNews> news() const { return out_.news; }
    void clear_news() { out_.news.clear(); }
    // Little will leave for a while: what much would need goes back to the heap.
    void release_memory() { out_.release_memory(); }

    const PortSession& session() const { return session_; }
    void on_clock(const ClockReading& reading) { session_.on_clock(reading); }

private:
    void flush();
    void complete_news();
    void send(const OutDatagram& datagram);
    void take_departures();

    PortSession session_;
    dgram::Datagrams& door_;
    LoadWatch watch_;
    Outbox out_;
    Duration waited_{};
    bool waits_for_room_ = false;
};

} // namespace wyn::session
