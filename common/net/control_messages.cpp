#include "net/control_messages.hpp"

#include "base/check.hpp"

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <time.h>

#include <cstring>

namespace wyn::net {

namespace {

constexpr std::ptrdiff_t v4_offset = 12; // of the four bytes within a v4-mapped address
// SCM_TS_OPT_ID of Linux 6.13; the headers of Debian 12 are older. Architectures that number their
// socket options otherwise (alpha, mips, parisc, sparc) give this one no other meaning that they
// take from a message: there it is refused like everything unknown.
constexpr int departure_id_type = 81;

// The payload of a control message; the kernel wrote at least sizeof(T) bytes of it.
template <typename T>
T payload_of(cmsghdr& control) {
    T value{};
    std::memcpy(&value, CMSG_DATA(&control), sizeof value);
    return value;
}

WallTime wall_time(const timespec& time) {
    return WallTime{std::chrono::seconds{time.tv_sec} + Duration{time.tv_nsec}};
}

dgram::Address local_of(const in_pktinfo& info) {
    dgram::Address local = dgram::Address::v4(0, 0, 0, 0);
    std::memcpy(local.bytes.data() + v4_offset, &info.ipi_addr, sizeof info.ipi_addr);
    return local;
}

dgram::Address local_of(const in6_pktinfo& info) {
    dgram::Address local;
    std::memcpy(local.bytes.data(), &info.ipi6_addr, sizeof info.ipi6_addr);
    if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) local.scope = info.ipi6_ifindex;
    return local;
}

// The first of three times is the software's; a zero stands for none.
std::optional<WallTime> software_time(const scm_timestamping& times) {
    const timespec& time = times.ts[0];
    if (time.tv_sec == 0 && time.tv_nsec == 0) return std::nullopt;
    return wall_time(time);
}

QueuedError queued_error(const sock_extended_err& error) {
    switch (error.ee_origin) {
    case SO_EE_ORIGIN_TIMESTAMPING:
        // SND and ACK are other moments, which nobody asked for.
        if (error.ee_info != SCM_TSTAMP_SCHED) return {};
        return {QueuedError::Origin::departure, error.ee_data};
    case SO_EE_ORIGIN_ICMP:
    case SO_EE_ORIGIN_ICMP6:
    case SO_EE_ORIGIN_LOCAL: return {QueuedError::Origin::network, error.ee_errno};
    default: return {};
    }
}

void read_socket_level(cmsghdr& control, ReceivedControl& into) {
    if (control.cmsg_type == SCM_TIMESTAMPNS)
        into.stamp = wall_time(payload_of<timespec>(control));
    else if (control.cmsg_type == SCM_TIMESTAMPING)
        into.departure = software_time(payload_of<scm_timestamping>(control));
    else if (control.cmsg_type == SO_RXQ_OVFL)
        into.drops = payload_of<std::uint32_t>(control);
}

void read_v4_level(cmsghdr& control, ReceivedControl& into) {
    if (control.cmsg_type == IP_TOS)
        into.traffic_class = payload_of<std::uint8_t>(control);
    else if (control.cmsg_type == IP_TTL)
        into.ttl = static_cast<std::uint8_t>(payload_of<int>(control));
    else if (control.cmsg_type == IP_PKTINFO)
        into.local = local_of(payload_of<in_pktinfo>(control));
    else if (control.cmsg_type == IP_RECVERR)
        into.error = queued_error(payload_of<sock_extended_err>(control));
}

void read_v6_level(cmsghdr& control, ReceivedControl& into) {
    if (control.cmsg_type == IPV6_TCLASS)
        into.traffic_class = static_cast<std::uint8_t>(payload_of<int>(control));
    else if (control.cmsg_type == IPV6_HOPLIMIT)
        into.ttl = static_cast<std::uint8_t>(payload_of<int>(control));
    else if (control.cmsg_type == IPV6_PKTINFO)
        into.local = local_of(payload_of<in6_pktinfo>(control));
    else if (control.cmsg_type == IPV6_RECVERR)
        into.error = queued_error(payload_of<sock_extended_err>(control));
}

void read_udp_level(cmsghdr& control, ReceivedControl& into) {
    if (control.cmsg_type == UDP_GRO)
        into.segment_size = static_cast<std::size_t>(payload_of<int>(control));
}

// Adds one control message behind those that `message` has already.
template <typename T>
void put(msghdr& message, ControlSpace& space, int level, int type, const T& value) {
    const std::size_t before = message.msg_control == nullptr ? 0 : message.msg_controllen;
    WYN_CHECK(before + CMSG_SPACE(sizeof(T)) <= space.bytes.size());
    cmsghdr header{};
    header.cmsg_level = level;
    header.cmsg_type = type;
    header.cmsg_len = CMSG_LEN(sizeof(T));
    std::uint8_t* const place = space.bytes.data() + before;
    std::memcpy(place, &header, sizeof header);
    std::memcpy(place + CMSG_LEN(0), &value, sizeof(T));
    message.msg_control = space.bytes.data();
    message.msg_controllen = before + CMSG_SPACE(sizeof(T));
}

} // namespace

void expect_control(msghdr& message, ControlSpace& space) {
    message.msg_control = space.bytes.data();
    message.msg_controllen = space.bytes.size();
}

ReceivedControl read_control(msghdr& message) {
    ReceivedControl read;
    for (cmsghdr* control = CMSG_FIRSTHDR(&message); control != nullptr;
         control = CMSG_NXTHDR(&message, control)) {
        switch (control->cmsg_level) {
        case SOL_SOCKET: read_socket_level(*control, read); break;
        case IPPROTO_IP: read_v4_level(*control, read); break;
        case IPPROTO_IPV6: read_v6_level(*control, read); break;
        case SOL_UDP: read_udp_level(*control, read); break;
        default: break; // nothing that we asked for
        }
    }
    return read;
}

void put_segment_size(msghdr& message, ControlSpace& space, std::uint16_t bytes) {
    put(message, space, SOL_UDP, UDP_SEGMENT, bytes);
}

void put_traffic_class(msghdr& message, ControlSpace& space, std::uint8_t traffic_class,
                       bool peer_is_v4) {
    const int value = traffic_class;
    if (peer_is_v4)
        put(message, space, IPPROTO_IP, IP_TOS, value);
    else
        put(message, space, IPPROTO_IPV6, IPV6_TCLASS, value);
}

void put_departure_request(msghdr& message, ControlSpace& space) {
    put(message, space, SOL_SOCKET, SO_TIMESTAMPING, std::uint32_t{SOF_TIMESTAMPING_TX_SCHED});
}

void put_departure_id(msghdr& message, ControlSpace& space, std::uint32_t id) {
    put(message, space, SOL_SOCKET, departure_id_type, id);
}

void put_source(msghdr& message, ControlSpace& space, const dgram::Address& local, int family) {
    if (family == AF_INET) {
        in_pktinfo info{};
        std::memcpy(&info.ipi_spec_dst, local.bytes.data() + v4_offset, sizeof info.ipi_spec_dst);
        put(message, space, IPPROTO_IP, IP_PKTINFO, info);
        return;
    }
    in6_pktinfo info{}; // the kernel takes a v4-mapped source here too
    std::memcpy(&info.ipi6_addr, local.bytes.data(), sizeof info.ipi6_addr);
    info.ipi6_ifindex = local.scope;
    put(message, space, IPPROTO_IPV6, IPV6_PKTINFO, info);
}

void put_transmit_time(msghdr& message, ControlSpace& space, MonoTime time) {
    put(message, space, SOL_SOCKET, SCM_TXTIME, to_ns(time));
}

} // namespace wyn::net
