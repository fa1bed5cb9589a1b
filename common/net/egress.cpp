#include "net/egress.hpp"

#include "net/netlink_socket.hpp"
#include "net/route.hpp"
#include "net/socket_address.hpp"
#include "net/socket_options.hpp"

#include <cerrno>
#include <optional>

namespace wyn::net {

namespace {

Result<RouteQuestion> question_of(int fd) {
    auto local = local_endpoint(fd);
    if (!local) return pass_on(local);
    auto peer = peer_endpoint(fd);
    if (!peer) return pass_on(peer);
    auto device = get_option(fd, option::bound_device);
    if (!device) return pass_on(device);
    return RouteQuestion{*local, *peer, *device};
}

} // namespace

Result<int> egress_device(int fd) {
    auto question = question_of(fd);
    if (!question) return pass_on(question, "find a socket's device");
    int device = 0;
    auto asked =
        ask_netlink(route_request(*question), [&](const NetlinkMessage& message) -> Result<void> {
            auto found = read_route(message);
            if (!found) return pass_on(found);
            device = *found;
            return {};
        });
    if (!asked) return pass_on(asked, "find a socket's device");
    if (device == 0) return fail_errno(EBADMSG, "find a socket's device");
    return device;
}

Result<std::vector<Qdisc>> egress_qdiscs(int fd) {
    auto device = egress_device(fd);
    if (!device) return pass_on(device);
    std::vector<Qdisc> qdiscs;
    auto asked = ask_netlink(qdiscs_request(), [&](const NetlinkMessage& message) -> Result<void> {
        auto qdisc = read_qdisc(message);
        if (!qdisc) return pass_on(qdisc);
        if (qdisc->device == *device) qdiscs.push_back(*std::move(qdisc));
        return {};
    });
    if (!asked) return pass_on(asked, "list queueing disciplines");
    return qdiscs;
}

Result<QueueCounters> queue_counters(int device) {
    std::optional<QueueCounters> found;
    auto asked = ask_netlink(qdiscs_request(), [&](const NetlinkMessage& message) -> Result<void> {
        auto qdisc = read_qdisc(message);
        if (!qdisc) return pass_on(qdisc);
        if (qdisc->device == device && qdisc->place == QdiscPlace::root)
            found = read_queue_counters(message);
        return {};
    });
    if (!asked) return pass_on(asked, "read the counters of a queueing discipline");
    if (!found) return fail_errno(ENODATA, "read the counters of a queueing discipline");
    return *found;
}

Result<DeviceCounters> device_counters(int device) {
    std::optional<DeviceCounters> found;
    auto asked =
        ask_netlink(device_request(device), [&](const NetlinkMessage& message) -> Result<void> {
            auto counters = read_device(message);
            if (!counters) return pass_on(counters);
            if (counters->index == device) found = *counters;
            return {};
        });
    if (!asked) return pass_on(asked, "read the counters of a device");
    if (!found) return fail_errno(EBADMSG, "read the counters of a device");
    return *found;
}

} // namespace wyn::net
