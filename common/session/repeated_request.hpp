// A request of the client on the control port, which is repeated until its answer comes.
#pragma once

#include "session/connection_outbox.hpp"

#include <algorithm>

namespace wyn::session {

class RepeatedRequest {
public:
    // Sends it now, and again after one and a half round trips, at least 50 ms, doubling to 500 ms,
    // for as long as `patience`.
    void ask(MonoTime now, const ControlBody& body, Duration rtt, Duration patience,
             ConnectionOutbox& out);
    // Sends it again when it is time to. False: it has been asked for long enough.
    bool repeat(MonoTime now, ConnectionOutbox& out);

    MonoTime due() const { return std::min(next_, give_up_); }
    const ControlBody& body() const { return body_; }

private:
    ControlBody body_;
    MonoTime next_ = never;
    Duration wait_{};
    MonoTime give_up_ = never;
};

} // namespace wyn::session
