#include "session/repeated_request.hpp"

namespace wyn::session {

namespace {

constexpr Duration shortest_wait = 50ms;
constexpr Duration longest_wait = 500ms;

} // namespace

void RepeatedRequest::ask(MonoTime now, const ControlBody& body, Duration rtt, Duration patience,
                          ConnectionOutbox& out) {
    body_ = body;
    next_ = now;
    wait_ = std::clamp<Duration>(rtt * 3 / 2, shortest_wait, longest_wait);
    give_up_ = now + patience;
    static_cast<void>(repeat(now, out));
}

bool RepeatedRequest::repeat(MonoTime now, ConnectionOutbox& out) {
    if (now >= give_up_) return false;
    if (now < next_) return true;
    out.orders.push_back(say(body_));
    next_ = now + wait_;
    wait_ = std::min(2 * wait_, longest_wait);
    return true;
}

} // namespace wyn::session
