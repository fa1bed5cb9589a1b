#include "verdict/glossary.hpp"

#include <array>

namespace wyn::verdict {

namespace {

// In the order of the alphabet, upper and lower case alike.
constexpr std::array table{
    Term{"added latency", "added, bloat", "what a load adds to the round trips of others",
         "The median round trip beside the load, less the median without load: the queue that the "
         "load keeps and everybody on the path stands in. Measured by small packets on a port of "
         "their own (RFC 2681)."},
    Term{"arrivals", "", "what else befell datagrams that arrived",
         "Datagrams that were overtaken (reordered), that came twice (duplicated), and that came "
         "so late that they cannot be told from duplicates (late)."},
    Term{"best 1 s", "best second", "the best whole second of a load",
         "What a search of RFC 9097 reports (section 6.3): the rate in the best whole second. It "
         "is the largest of several, so on a path that varies it lies above the mean."},
    Term{"capacity", "IP capacity, IP rate, rate", "what a path carries, as bits of IP in a second",
         "IP-layer capacity (RFC 9097, section 5.3): bits of IP packets that arrived, by the time "
         "they took. A search proves that the path was full; a fixed rate only shows that so much "
         "went through. Rates count SI bits: 1 Mbit/s is 1,000,000 bit/s."},
    Term{"confidence", "high, medium, low", "how sure a finding is",
         "High: what shows it is there, and leaves no other explanation that is known here. "
         "Medium: the signs fit, and something that would settle it is not known. Low: one "
         "explanation of several."},
    Term{"cut short", "", "a load that ended before its time",
         "The load was interrupted, or the server or the network ended it. What was measured until "
         "then is valid."},
    Term{"down", "download", "from the server to this host",
         "Directions are those of the client, the host where wyndrvrctl runs."},
    Term{"DSCP", "DiffServ, marks", "the mark of a packet for its treatment by routers",
         "Six bits in the header of each IP packet (RFC 2474). A path may honour, ignore or change "
         "them: see REMARKED."},
    Term{"duplicated", "duplicates, duplicate", "datagrams that arrived again",
         "Further copies of a datagram that arrived already (RFC 5560). They count neither as "
         "received nor as lost."},
    Term{"ECN", "CE, congestion experienced, ECT", "marks of congestion instead of losses",
         "Explicit Congestion Notification (RFC 3168): packets of a sender that is capable of it "
         "can be marked with congestion experienced (CE) by a queue, rather than be dropped."},
    Term{"Ethernet", "wire, wire rate", "a rate with everything that fills a link",
         "UDP payload, the headers of UDP and IP, and Ethernet's header, check sequence, preamble "
         "and gap: 38 bytes for each frame."},
    Term{"flow queueing", "FQ, flow queuing", "a queue that keeps flows apart",
         "Each flow waits in a queue of its own, so that one that fills its queue does not delay "
         "others (RFC 8290). Seen when the load delays itself by 5 ms or more and others by a "
         "quarter of that at most."},
    Term{"flows", "flow, parallel", "the parts of a load that was shared (-P)",
         "Each flow is a session with ports of its own. The result is their sum; this line has the "
         "IP rate of each."},
    Term{"goodput", "payload", "the bits that an application gets",
         "The payload of UDP, without any header. It is what -b and the limits of a server count."},
    Term{"grade", "", "added latency on the usual scale, A+ to F",
         "By how much the mean round trip rises under load, against the median without: less than "
         "5 ms A+, 30 A, 60 B, 200 C, 400 D, else F, as DSLReports, Waveform and LibreQoS grade. "
         "The load is paced UDP."},
    Term{"granted", "grant", "what the server made of a wish",
         "A server may allow less time, smaller datagrams or a lower rate than was asked for."},
    Term{"GRO", "GSO, UDP_GRO, UDP_SEGMENT, coalescing, segmentation",
         "kernels that move datagrams in trains",
         "A kernel that cuts trains into datagrams at the sender (UDP_SEGMENT) and joins them at "
         "the receiver (UDP_GRO) spends much less on each of them."},
    Term{"half-width", "interval, confidence interval, plus or minus",
         "how far the truth may be off",
         "Half of a 95 % confidence interval, written behind a +/- sign; of a share of losses both "
         "ends of the interval are written (Wilson, 1927). When none of n was lost the share is "
         "less than 3/n."},
    Term{"hosts", "", "what both hosts had to do with a load",
         "How busy the threads were that sent and received it, while they did, and what the "
         "sender's "
         "queueing discipline and device and the receiver's device dropped: of all that went on "
         "there, not of the load alone."},
    Term{"idle", "idle RTT, idle latency", "without load",
         "Measured before any load, by small packets 10 ms apart."},
    Term{"IP", "IP layer, layer 3, L3", "a rate with the headers of UDP and IP",
         "UDP payload plus 28 bytes of headers for each datagram with IPv4, 48 with IPv6. It is "
         "the layer of RFC 9097, and what a provider usually sells."},
    Term{"late", "", "too late to be told from a duplicate",
         "A datagram that comes after thousands of later ones. It counts as lost."},
    Term{"lateness", "sending, late p50, late p99", "how far the sender was behind its schedule",
         "How much later than their times trains left the sending program. Large values mean that "
         "the load came in bursts."},
    Term{"ledger", "packets", "where every datagram has gone",
         "Sent = received + lost by the path + refused by the sending host + dropped by the "
         "receiving socket. Only the path's share is about the network."},
    Term{"loaded", "loaded RTT, loaded latency, working latency", "beside a load",
         "Round trips of small packets on a port of their own while a load runs: what everybody "
         "else on the path has to bear."},
    Term{"lost", "loss, loss ratio, lost packets", "sent and not received",
         "One-way loss (RFC 7680): datagrams that were sent and had not arrived when the load was "
         "over and its last ones had time to come. The ratio is to those sent, with its 95 % "
         "interval; it takes losses for independent, so bursts make it too narrow."},
    Term{"mean", "", "the rate from the first to the last arrival",
         "What a load without a search reports."},
    Term{"MTU", "path MTU, PMTU", "the largest packet that a path carries",
         "In bytes of an IP packet. Larger ones are cut, or dropped with or without an ICMP "
         "message: see PMTU-BLACKHOLE."},
    Term{"no answer", "", "probes of the latency that did not come back",
         "Small packets that were lost on their way there or back, as \"3 of 100\"."},
    Term{"noticed", "", "what a host's kernel would not do, or a cut load",
         "The kernel does not cut or join trains of datagrams, so that each costs as much as a "
         "train; the circuit breaker cut the load, because more than half of it was lost (RFC "
         "8084); or it paused, because no feedback came back for 500 ms."},
    Term{"overload", "half", "half a second of one and a half of the capacity",
         "It follows a search and fills the queue as TCP does, while the search keeps only a small "
         "one, and the round trips under load are those beside it. After a search that lost "
         "something, half of the capacity is loaded before, to see what is lost anyway. --budget "
         "leaves both out."},
    Term{"path", "hops", "what lies between the two hosts",
         "What is known of it in both directions: the largest packet that gets through, the number "
         "of routers, and what becomes of the marks of packets."},
    Term{"percentile", "p50, p90, p99, median, max, min", "what a share of the samples stays below",
         "p99 of 12 ms: 99 of 100 round trips took no longer. It is shown when at least ten "
         "samples lie above it: 20 are needed for p50, 100 for p90, 1000 for p99."},
    Term{"queue", "queueing, buffer", "where packets wait for a link",
         "Behind the slowest link of a path. When it is full, packets are dropped; how long it is "
         "decides how long everybody waits."},
    Term{"reordered", "reordering", "datagrams that were overtaken",
         "A datagram that arrives after one that was sent later (RFC 4737). The ratio is to those "
         "received."},
    Term{"RTT", "RTT in ms, round-trip time, round trip, latency, ping", "there and back again",
         "From the moment a small packet leaves until its answer arrives, without the time that "
         "the server held it (RFC 2681)."},
    Term{"saturated", "full, saturation", "a path that carries all it can",
         "Shown by a queue that stands, or by losses beyond those at lower rates. Without such a "
         "sign a rate is a lower bound of the capacity (RFC 9097, section 6.5)."},
    Term{"search", "S3, type B, type C", "finding a rate without being told",
         "The sender raises the rate until the path is full, as the receiver's feedback tells."},
    Term{"skipped", "", "due and never sent",
         "Datagrams that the sending host was too busy to send in time. They are not counted as "
         "sent or lost."},
    Term{"staircase", "stairs, load", "loads below the capacity, and one beyond it",
         "After the search the path is loaded with 50, 80, 95 and 105 % of the capacity that was "
         "found (--staircase). Where round trips rise at 95 % already something else fills the "
         "path, too; how they rise at 105 % shows the queue."},
    Term{"token bucket", "bucket, burst, turbo", "a limit that lets a burst through first",
         "Tokens come at the lower rate, and as many as fit into the bucket are saved: a load that "
         "begins after a pause runs faster until they are spent."},
    Term{"train", "trains", "datagrams that move together",
         "What a sender hands to its kernel at once, or a receiver's kernel hands over as one; it "
         "may be a single datagram."},
    Term{"trips per minute", "responsiveness, RPM, round trips per minute",
         "round trips of UDP one behind another, in a minute",
         "One minute by the median round trip under load. It is not the RPM of the IETF's "
         "responsiveness draft, which counts TCP, TLS and HTTP too."},
    Term{"up", "upload", "from this host to the server",
         "Directions are those of the client, the host where wyndrvrctl runs."},
};

} // namespace

std::span<const Term> terms() {
    return table;
}

} // namespace wyn::verdict
