// Where the datagrams of a socket leave this host, and what its kernel counts there.
#pragma once

#include "net/device.hpp"
#include "net/qdisc.hpp"

#include <vector>

namespace wyn::net {

// The index of the device that a connected UDP socket sends through now; the route may change. It
// is asked of the network namespace of the calling thread, which is meant to be the socket's. Needs
// Linux 5.0 (SO_BINDTOIFINDEX) and no privileges. ENOTCONN: not connected.
Result<int> egress_device(int fd);

// The queueing disciplines of that device, for honours_txtime(). Empty: the kernel keeps them to
// itself. Behind a bridge, a bond, a VLAN or a tunnel the datagram meets those of further devices,
// which are not told.
//
// Asks for those of all devices and may wait for the kernel's lock over its network configuration:
// for the beginning of a session, not for its packets.
Result<std::vector<Qdisc>> egress_qdiscs(int fd);

// What the root discipline of this device counts, and that of all queues below it. ENODATA: the
// kernel keeps it to itself. Costs as much as egress_qdiscs().
Result<QueueCounters> queue_counters(int device);

// What the device of this index counts; see egress_device().
Result<DeviceCounters> device_counters(int device);

} // namespace wyn::net
