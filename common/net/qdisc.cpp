#include "net/qdisc.hpp"

#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

namespace wyn::net {

namespace {

constexpr std::size_t longest_kind = 15; // IFNAMSIZ - 1, the kernel's own limit

QdiscPlace place_below(std::uint32_t parent) {
    if (parent == TC_H_ROOT) return QdiscPlace::root;
    if (parent == TC_H_INGRESS) return QdiscPlace::ingress; // clsact has the same number
    return QdiscPlace::inner;
}

// The text before the NUL; nothing when it is not fit to be printed.
std::optional<std::string> read_kind(NetlinkBytes value) {
    const auto end = std::find(value.begin(), value.end(), std::uint8_t{0});
    const std::string kind{value.begin(), end};
    const auto is_graphic = [](char letter) { return letter > ' ' && letter < 0x7f; };
    if (end == value.end() || kind.empty() || kind.size() > longest_kind ||
        !std::all_of(kind.begin(), kind.end(), is_graphic))
        return std::nullopt;
    return kind;
}

// True when each hardware queue has a discipline of its own below this root.
bool serves_queues_apart(std::string_view kind) {
    return kind == "mq" || kind == "mqprio" || kind == "taprio";
}

} // namespace

NetlinkRequest qdiscs_request() {
    return {RTM_GETQDISC, NLM_F_DUMP, tcmsg{}};
}

Result<Qdisc> read_qdisc(const NetlinkMessage& message) {
    NetlinkBytes left = message.body;
    const auto fixed = take_structure<tcmsg>(left);
    if (message.type != RTM_NEWQDISC || !fixed || fixed->tcm_ifindex <= 0)
        return fail_errno(EBADMSG, "read a queueing discipline");
    const auto value = find_attribute(left, TCA_KIND);
    auto kind = value ? read_kind(*value) : std::nullopt;
    if (!kind) return fail_errno(EBADMSG, "read a queueing discipline's kind");
    return Qdisc{fixed->tcm_ifindex, place_below(fixed->tcm_parent), *std::move(kind)};
}

std::optional<QueueCounters> read_queue_counters(const NetlinkMessage& message) {
    NetlinkBytes left = message.body;
    if (!take_structure<tcmsg>(left)) return std::nullopt;
    const auto all = find_attribute(left, TCA_STATS2);
    auto queue = all ? find_attribute(*all, TCA_STATS_QUEUE) : std::nullopt;
    const auto counted = queue ? take_structure<gnet_stats_queue>(*queue) : std::nullopt;
    if (!counted) return std::nullopt;
    return QueueCounters{.drops = counted->drops, .backlog_bytes = counted->backlog};
}

bool honours_txtime(std::span<const Qdisc> of_device) {
    const auto root = std::ranges::find(of_device, QdiscPlace::root, &Qdisc::place);
    if (root == of_device.end()) return false;
    if (root->kind == "fq") return true;
    if (!serves_queues_apart(root->kind)) return false;
    // fq has nothing below itself: when every inner one is fq, each hangs on a queue of the root.
    bool any = false;
    for (const Qdisc& qdisc : of_device) {
        if (qdisc.place != QdiscPlace::inner) continue;
        if (qdisc.kind != "fq") return false;
        any = true;
    }
    return any;
}

} // namespace wyn::net
