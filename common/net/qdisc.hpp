// The queueing disciplines of network devices, tc(8), as the kernel tells them over rtnetlink(7),
// and whether they let a datagram wait for the time at which it is to leave.
#pragma once

#include "net/netlink.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace wyn::net {

enum class QdiscPlace : std::uint8_t {
    root,    // takes everything that the device is to send
    inner,   // below another one
    ingress, // sees what arrives, and delays nothing: ingress, clsact
};

// One queueing discipline.
struct Qdisc {
    int device = 0; // its device's index
    QdiscPlace place = QdiscPlace::root;
    std::string kind; // "fq", "mq", "noqueue", ...: at most 15 printable characters

    bool operator==(const Qdisc&) const = default;
};

// Asks for those of every device: no kernel lets us choose one. What the kernel keeps to itself
// does not come: the discipline of a device that is down, and default ones below a root that an
// administrator made, unless the root serves several hardware queues.
NetlinkRequest qdiscs_request();

// One of the answer's messages. EBADMSG: it is none of a queueing discipline.
Result<Qdisc> read_qdisc(const NetlinkMessage& message);

// What a queueing discipline has counted since it exists, of all that the device sends.
struct QueueCounters {
    std::uint64_t drops =
        0; // packets; one that was to be cut (GSO) may count as one or as its parts
    std::uint64_t backlog_bytes = 0; // that wait now
    bool operator==(const QueueCounters&) const = default;
};

// From a message that read_qdisc() has read; nothing when it has none.
std::optional<QueueCounters> read_queue_counters(const NetlinkMessage& message);

// True when a datagram that says when it may leave (put_transmit_time()) stays with the kernel
// until then. `of_device` are all queueing disciplines of one device. That is so when all that it
// sends goes through fq: as the root, or on every queue below mq, mqprio or taprio. fq waits on
// CLOCK_MONOTONIC, for UDP since Linux 4.20; others take no notice of the time.
//
// The one exception, etf, is of no use to a measurement: it drops what comes late, which would look
// like a loss on the path, and its clock, CLOCK_TAI, is for who has CAP_NET_ADMIN.
bool honours_txtime(std::span<const Qdisc> of_device);

} // namespace wyn::net
