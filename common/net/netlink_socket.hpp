// Questions to the kernel over rtnetlink(7), each on a socket of its own, so that no answer can be
// mistaken for another's.
#pragma once

#include "net/netlink.hpp"

#include <functional>

namespace wyn::net {

// Asks in the network namespace of the calling thread and calls `take` with each message of the
// answer; its error ends the reading. Waits for nothing but the kernel's lock over its network
// configuration. What the kernel refuses is an error with its errno.
Result<void> ask_netlink(const NetlinkRequest& request,
                         const std::function<Result<void>(const NetlinkMessage&)>& take);

} // namespace wyn::net
