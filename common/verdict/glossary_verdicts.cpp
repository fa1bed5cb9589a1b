#include "verdict/glossary.hpp"

#include <array>

namespace wyn::verdict {

namespace {

constexpr std::array<CodeText, codes.size()> table{{
    {Code::sender_cpu, "the sending host was not fast enough",
     "The sender skipped at least one in a hundred of the datagrams that were due, or sent without "
     "a schedule and everything arrived; neither its own queue nor the path held it back. Sure "
     "when its thread ran or had to wait for a core for 90 % of the time, or a tenth of the "
     "processor's time was stolen by other virtual machines. Fewer than one in twenty, when "
     "nothing is known of its processor, "
     "are a possibility only. Not found when the path was proven to be full. The path may carry "
     "more.",
     "Share the load among several flows (-b 0 -P 4), use a faster host, or one that need not "
     "share its processor."},
    {Code::sender_queue, "the sending host's own queue was full",
     "The network stack of the sender refused datagrams or made it wait, or its queueing "
     "disciplines dropped many while the load ran. Sure when it refused at least one in a "
     "thousand. The counts of queueing disciplines are the whole host's. Not found when the host's "
     "link itself was full: that is LINE-RATE. The path beyond may carry more.",
     "tc -s qdisc on that host tells which queue it is, and what shapes it."},
    {Code::receiver_socket, "the receiving host dropped what had arrived",
     "The receiving socket counted datagrams that it dropped because its buffer was full. The "
     "count is exact, and those datagrams are never counted as lost by the path, so they cannot "
     "look like random loss.",
     "Raise net.core.rmem_max on that host, when less than wanted was granted; else send less, or "
     "larger datagrams."},
    {Code::receiver_cpu, "the receiving host was not fast enough",
     "The receiving thread ran, or had to wait for a core that others had, for 90 % of the time, "
     "and "
     "the socket overflowed; or the host's network device dropped many datagrams. A busy thread "
     "alone is no sign: one that spins is always busy.",
     "Larger datagrams (-l) or a lower rate (-b) cost the host less."},
    {Code::line_rate, "the link is full: there is no more to have",
     "What arrived, counted with all that Ethernet adds, is at least 98 % of the speed of the "
     "slower of the two hosts' links, and no more than rounding above it. When the speeds are not "
     "known, or are higher, a rate that one of Ethernet's speeds would explain is named with low "
     "confidence.",
     "Nothing: that is as good as it gets."},
    {Code::bufferbloat, "the load fills a queue that everybody waits in",
     "Round trips of others rise by more than 30 ms, and by more than twice what they vary without "
     "load, while the path is full. Sure when the path, or the sender's own queue, was seen to be "
     "full and idle round trips are steady. Not found when the load's own delay stays low, or "
     "where the queue keeps flows apart.",
     "Shape that direction to about 95 % of its rate with CAKE or fq_codel, so that the queue is "
     "where it can be managed."},
    {Code::policer, "what exceeds a rate is dropped, not queued",
     "The path was full and lost at least 1 %, the load's own delay stayed flat, and at lower "
     "rates next to nothing is lost. Sure when a burst went through faster before: then its rate "
     "and the size of the bucket are told. Not found when either host dropped datagrams, or the "
     "link was full.",
     "Shape that direction to a little less than the rate where it starts: a shaper delays what a "
     "policer drops."},
    {Code::aqm, "a queue that is managed: it stays short",
     "Routers marked datagrams with congestion experienced (ECN); or the load waits in a queue "
     "that others do not stand in (flow queueing); or, with low confidence, the delay stays below "
     "30 ms although some datagrams are lost when the path is full.",
     "Nothing: that is how a bottleneck should be."},
    {Code::random_loss, "datagrams are lost at any rate",
     "The path loses about as much while little is sent as it does when it is full. Sure when both "
     "were counted over at least ten losses, or when the search saw a floor that did not rise when "
     "the path was full. What the hosts dropped does not count. Not found when next to nothing is "
     "lost at low rates.",
     "Look for errors on the way: radio signal, optics, cables, a duplex mismatch."},
    {Code::remarked, "the path changes the DiffServ mark",
     "Datagrams arrive with another DSCP than they left with. Sure when at least ten, and 99 in a "
     "hundred, were changed.",
     "Ask whoever runs the path whether it trusts this mark, and from whom."},
    {Code::ecn_bleached, "the path clears the ECN mark",
     "Datagrams leave as ECN-capable and arrive as not. Sure when at least ten, and 99 in a "
     "hundred, were changed.",
     "Look for a router or firewall that rewrites the whole TOS octet."},
    {Code::pmtu_blackhole, "large packets vanish without a word",
     "Packets above a certain size get lost every time and no router says that they are too big "
     "(ICMP), although the hosts' links carry them. Sure when at least three of them vanished on a "
     "path that loses less than one in ten.",
     "Let ICMP pass on the way, or lower the MTU of the sending host."},
    {Code::busy_server, "the server had other loads to carry meanwhile",
     "Other sessions ran loads on the server at the same time. Sessions at rest do not "
     "count. Everything that is said about the path is less sure.",
     "Measure again when the server is alone; wyndrvrctl status tells there."},
    {Code::unstable, "what the path carries varies",
     "The search could not bring the interval of its mean below what was wanted: the rate changed "
     "all the time, as on radio links and where others use the same path. Not sure when the sender "
     "was too busy to send one in a hundred datagrams in time.",
     "Repeat it, or measure for longer with -t."},
    {Code::two_rate, "faster at first: a token bucket",
     "The rate fell once and stayed: a token bucket let a burst through, until it was empty. Both "
     "rates and the size of the bucket are told when they are known.",
     "Go by the lower rate for anything that takes longer."},
    {Code::lower_bound, "the path may carry more than was measured",
     "Something other than the path held the load back: the rate or volume that the server grants, "
     "a search that met no limit in its time, or a host that was too slow. Not found when another "
     "finding names the reason.",
     "What the finding says: more time, a larger grant, a faster host."},
    {Code::clock_step, "a clock was set during the probe",
     "The wall clock of a host was set while the probe ran. Kernels stamp datagrams with it, so "
     "single delays may be off; rates and losses use clocks that nobody sets.",
     "Measure again."},
    {Code::unknown, "something is wrong, and the reason is not known",
     "The path lost at least one in a thousand, or delays others, and no rule explains it; or "
     "there is no result at all. Nothing is guessed.",
     "What the finding says would tell, as a load of half the rate (-b)."},
}};

} // namespace

std::span<const CodeText> code_texts() {
    return table;
}

} // namespace wyn::verdict
