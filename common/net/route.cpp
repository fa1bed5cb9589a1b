#include "net/route.hpp"

#include "net/socket_address.hpp"

#include <linux/rtnetlink.h>
#include <netinet/in.h>

#include <cerrno>

namespace wyn::net {

namespace {

// The address as a route's attribute has it: four bytes of it, or all sixteen.
NetlinkBytes route_bytes(const dgram::Address& address) {
    const NetlinkBytes all{address.bytes};
    return address.is_v4() ? all.last<sizeof(in_addr)>() : all;
}

} // namespace

NetlinkRequest route_request(const RouteQuestion& question) {
    const NetlinkBytes from = route_bytes(question.local.address);
    const NetlinkBytes to = route_bytes(question.peer.address);
    rtmsg route{};
    route.rtm_family = static_cast<std::uint8_t>(family_of(question.peer.address));
    route.rtm_src_len = static_cast<std::uint8_t>(from.size() * 8);
    route.rtm_dst_len = static_cast<std::uint8_t>(to.size() * 8);
    NetlinkRequest request{RTM_GETROUTE, 0, route};
    request.add(RTA_SRC, from);
    request.add(RTA_DST, to);
    // Among several paths of equal cost the ports may decide.
    request.add_number(RTA_IP_PROTO, std::uint8_t{IPPROTO_UDP});
    request.add_number<std::uint16_t>(RTA_SPORT, htons(question.local.port));
    request.add_number<std::uint16_t>(RTA_DPORT, htons(question.peer.port));
    if (question.device != 0) request.add_number(RTA_OIF, question.device);
    return request;
}

Result<int> read_route(const NetlinkMessage& message) {
    NetlinkBytes left = message.body;
    if (message.type != RTM_NEWROUTE || !take_structure<rtmsg>(left))
        return fail_errno(EBADMSG, "read a route");
    auto value = find_attribute(left, RTA_OIF);
    const auto device = value ? take_structure<int>(*value) : std::nullopt;
    if (!device || *device <= 0) return fail_errno(EBADMSG, "read a route's device");
    return *device;
}

} // namespace wyn::net
