// The effects of one step of a connection, on either side: orders to its ports, news for its owner.
#pragma once

#include "session/connection_link.hpp"

#include <vector>

namespace wyn::session {

struct ConnectionOutbox {
    struct ToPort {
        PortRole role;
        PortOrder order;
    };
    std::vector<ToPort> orders;
    std::vector<ConnectionNews> news;

    void clear() {
        orders.clear();
        news.clear();
    }
};

// A message for the control port to send.
inline ConnectionOutbox::ToPort say(const ControlBody& body) {
    return {PortRole::control, SendControl{body}};
}

// The control port sends no more latency probes; what becomes of the last ones is still told.
inline void end_probing(ConnectionOutbox& out) {
    out.orders.push_back({PortRole::control, SetProbing{}});
}

} // namespace wyn::session
