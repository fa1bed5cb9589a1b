// Which device the kernel would send a datagram through, asked over rtnetlink(7).
#pragma once

#include "dgram/address.hpp"
#include "net/netlink.hpp"

namespace wyn::net {

// What the kernel's choice depends on. Sockets that are marked (SO_MARK) or carry a type of service
// of their own may be led elsewhere by an administrator's rules; ours do neither.
struct RouteQuestion {
    dgram::Endpoint local; // both of one family
    dgram::Endpoint peer;
    int device = 0; // the socket is bound to the device of this index; 0: to none
};

NetlinkRequest route_request(const RouteQuestion& question);

// The index of the device, from the answer's message. EBADMSG: it is none of a route.
Result<int> read_route(const NetlinkMessage& message);

} // namespace wyn::net
