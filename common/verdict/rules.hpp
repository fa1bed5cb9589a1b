// The rules: each looks at the evidence for one signature and finds it or nothing. They know
// nothing of each other, but for signs that contradict them; the engine settles which of several
// findings stand. No rule finds something with high confidence unless everything that its comment
// names is known.
#pragma once

#include "verdict/evidence.hpp"
#include "verdict/finding.hpp"

#include <optional>
#include <span>

namespace wyn::verdict {

// Of the load in one direction.
using LoadRule = std::optional<Finding>(const Evidence&, const Load&);
// Of the probe as a whole.
using ProbeRule = std::optional<Finding>(const Evidence&);

// hosts.cpp: what the two hosts did to the load.
//
// The sender could not keep its schedule, or sent without one and all of it arrived; neither its
// stack nor the path held it back. High: with its processor busy, taken by
// others or stolen.
LoadRule sender_cpu;
// The sender's stack refused datagrams or made it wait. High: it refused a noticeable share.
LoadRule sender_queue;
// The receiver's socket was full. High: the socket counted what it dropped.
LoadRule receiver_socket;
// The receiver's processor had no more to give, and datagrams were dropped. High: its thread ran or
// waited for a core all the time, and a noticeable share was dropped by the socket.
LoadRule receiver_cpu;

// queues.cpp: what the bottleneck does with more than it can carry.
//
// As much as a link carries. High: the link's speed is known; else it looks like one of Ethernet's.
LoadRule line_rate;
// The delay of others climbs before datagrams are lost. High: the path was full, idle round trips
// are steady, and the load's own delay does not contradict.
LoadRule bufferbloat;
// Loss without delay, from a rate on. High: with a burst that went through faster before.
LoadRule policer;
// A queue that is kept short, or that keeps flows apart. High: by marks, or by the load's own delay
// beside that of others.
LoadRule aqm;

// losses.cpp: loss at any rate. High: as much at a low rate as at a high one, or a floor that rises
// no more when the path is full.
LoadRule random_loss;

// path.cpp: what the path does to single packets. High: nearly all of many packets show it.
LoadRule remarked;
LoadRule ecn_bleached;
LoadRule pmtu_blackhole;

// validity.cpp: what must be known to read the number right.
LoadRule unstable;     // high: the search says how much, and the sender kept its schedule
LoadRule two_rate;     // high: both rates and the bucket are known
LoadRule lower_bound;  // high: what held the load back is known
ProbeRule busy_server; // never high: how much the others moved is not known
ProbeRule clock_step;  // never high: nor how far it was set

// unknown.cpp: what is wrong with the load and explained by none of `found`, and what would tell.
// Never high.
std::optional<Finding> unknown(const Load& load, std::span<const Finding> found);

} // namespace wyn::verdict
