// What the bottleneck does with more than it can carry: it delays, it drops, or both.
#include "verdict/rules.hpp"
#include "verdict/signs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace wyn::verdict {

namespace {

// What a link carries of its speed with frames of ordinary size when it is never idle. A rate above
// the speed by more than rounding says that the speed is not true, as that of many a virtual
// device.
constexpr double nearly_all = 0.98;
constexpr double no_more_than = 1.01;
constexpr std::array ethernet_mbit{10, 100, 1'000, 2'500, 5'000, 10'000, 25'000, 40'000, 100'000};

bool fills(BitRate wire, BitRate link) {
    const double share = link.bps() == 0 ? 0 : wire.as_double() / link.as_double();
    return share >= nearly_all && share <= no_more_than;
}

// The end with the slower link of those that are known.
const Host* slower_end(const Load& load) {
    const auto speed = [](const Host& host) { return host.link_speed.value_or(BitRate{0}); };
    if (!load.sender.link_speed) return load.receiver.link_speed ? &load.receiver : nullptr;
    if (!load.receiver.link_speed) return &load.sender;
    return speed(load.receiver) < speed(load.sender) ? &load.receiver : &load.sender;
}

std::optional<BitRate> like_ethernet(BitRate wire) {
    for (const int mbit : ethernet_mbit)
        if (const BitRate link{static_cast<std::uint64_t>(mbit) * 1'000'000}; fills(wire, link))
            return link;
    return std::nullopt;
}

std::string link_of(const Load& load, const Host& host) {
    return fmt::format("{}'s link", &host == &load.sender ? sender_of(load) : receiver_of(load));
}

// How many bytes wait in a queue that takes so long to run empty.
std::uint64_t queue_bytes(Duration queue, BitRate ip) {
    const double seconds = std::max(to_seconds(queue), 0.0);
    return static_cast<std::uint64_t>(std::min(seconds * ip.as_double() / 8, 1e18));
}

// A little below the bottleneck, the queue moves to where it can be managed.
constexpr double shaped_share = 0.95;

std::string advice_against_bloat(const Load& load) {
    const bool up = load.direction == wire::Direction::up;
    if (load.limited_by == wire::LimitedBy::stack)
        return fmt::format("{}replace its full queue by fq_codel or CAKE.", on(sender_of(load)));
    const std::string_view where = up ? "this uplink" : "what comes in here";
    if (!load.ip) return fmt::format("Shape {} with CAKE or fq_codel.", where);
    return fmt::format("Shape {} to about {} with CAKE or fq_codel.", where,
                       print(BitRate::from_double(load.ip->as_double() * shaped_share)));
}

bool lost_when_full(const Capacity& capacity, const Load& load) {
    const bool by_ratio = capacity.excess_loss && *capacity.excess_loss >= bad_loss &&
                          *capacity.excess_loss > 4 * capacity.loss_floor.value_or(0);
    return by_ratio || exceeds(load.high_rate_loss, bad_loss);
}

// At a low rate it loses too, and about as much.
bool loses_when_idle(const Load& load) {
    if (!load.low_rate_loss) return false;
    if (!load.high_rate_loss) return exceeds(load.low_rate_loss, noticeable_loss);
    return interval_of(*load.low_rate_loss).high >= interval_of(*load.high_rate_loss).low;
}

std::optional<Share> marked_share(const Load& load) {
    if (!load.marks) return std::nullopt;
    Share share;
    for (const Mark& mark : *load.marks) {
        const unsigned sent = ecn_of(mark.sent);
        if (sent == 0 || sent == congestion_experienced) continue;
        share.trials += mark.packets;
        if (ecn_of(mark.received) == congestion_experienced) share.hits += mark.packets;
    }
    return share;
}

// So many marks are no accident.
bool is_marked(const Load& load) {
    const auto marked = marked_share(load);
    return marked && marked->hits >= 10;
}

} // namespace

std::optional<Finding> line_rate(const Evidence& /*evidence*/, const Load& load) {
    if (!load.wire || !load.ip) return std::nullopt;
    const Host* const slower = slower_end(load);
    Finding finding{.code = Code::line_rate, .direction = load.direction, .level = Level::good};
    BitRate link{0};
    if (slower != nullptr && fills(*load.wire, *slower->link_speed)) {
        link = *slower->link_speed;
        finding.confidence = Confidence::high;
        finding.sentence = fmt::format("{} of IP is all that fits into the {} of {}.",
                                       print(*load.ip), print(link), link_of(load, *slower));
    } else {
        const auto likely = like_ethernet(*load.wire);
        if (!likely || load.kind == LoadKind::fixed || !filled(load)) return std::nullopt;
        if (slower != nullptr && *slower->link_speed <= *likely) return std::nullopt;
        link = *likely;
        finding.confidence = Confidence::low;
        finding.sentence =
            fmt::format("{} of IP is what Ethernet of {} carries: there may be such a "
                        "link on the path, or a shaper of that rate.",
                        print(*load.ip), print(link));
    }
    finding.evidence = {value("wire", *load.wire), value("link", link)};
    return finding;
}

std::optional<Finding> bufferbloat(const Evidence& /*evidence*/, const Load& load) {
    if (delay_of_others(load) != DelaySign::climbs) return std::nullopt;
    const LoadLatency& latency = *load.latency;
    // Others wait and the load itself does not: that is no queue of this path. Beside an overload
    // others wait for longer than beside the search before it.
    const bool overloaded = load.overload_loss.has_value();
    if (!overloaded && load.in_band && *load.in_band < latency.added / 4) return std::nullopt;
    const bool was_full = filled(load) || load.limited_by == wire::LimitedBy::stack;
    // Where the rate falls by itself, delay rises without more of a load.
    const bool is_steady = !load.capacity || load.capacity->word != CapacityWord::unstable;
    const bool is_sure = was_full && is_steady && latency.idle_spread.has_value();
    Finding finding{.code = Code::bufferbloat,
                    .direction = load.direction,
                    .confidence = is_sure ? Confidence::high : Confidence::medium,
                    .level = latency.added >= 200ms ? Level::bad : Level::warn};
    std::string queue = "a queue";
    finding.evidence = {value("added", latency.added), value("idle_p50", latency.idle),
                        value("loaded_p50", latency.loaded)};
    // An overload that ends before anything is lost has not filled it.
    const bool nothing_dropped =
        overloaded ? load.overload_loss->hits == 0 : load.path_lost == 0 && load.refused == 0;
    const bool dropped =
        overloaded ? !nothing_dropped : load.path_lost.value_or(0) + load.refused.value_or(0) > 0;
    if (load.ip) {
        const Duration longest = overloaded ? latency.highest : latency.added;
        const std::uint64_t bytes = queue_bytes(longest, *load.ip);
        queue =
            fmt::format("a queue of {} {}", overloaded && nothing_dropped ? "at least" : "about",
                        print_bytes(bytes));
        finding.evidence.push_back(bytes_value("buffer", bytes));
    }
    finding.sentence = fmt::format("The {} adds {} to every round trip: {} fills{}.",
                                   noun(load.direction), print_ns(latency.added.count()), queue,
                                   dropped           ? " before anything is dropped"
                                   : nothing_dropped ? ", and nothing is dropped"
                                                     : "");
    if (load.path_lost) finding.evidence.push_back(count_value("path_lost", *load.path_lost));
    finding.advice = advice_against_bloat(load);
    return finding;
}

std::optional<Finding> policer(const Evidence& evidence, const Load& load) {
    if (!load.capacity || !filled(load) || !hosts_kept_up(load)) return std::nullopt;
    // Others may have a queue of their own: only the load's own delay tells that there is none.
    if (own_delay(load) != DelaySign::flat || delay_of_others(load) == DelaySign::climbs)
        return std::nullopt;
    const Capacity& capacity = *load.capacity;
    if (!lost_when_full(capacity, load) || loses_when_idle(load)) return std::nullopt;
    if (is_marked(load)) return std::nullopt; // what marks is no policer
    const auto link = line_rate(evidence, load);
    if (link && link->confidence == Confidence::high) return std::nullopt; // a switch drops
    const bool had_burst = capacity.burst && capacity.bucket_bytes && *capacity.burst > capacity.ip;
    Finding finding{.code = Code::policer,
                    .direction = load.direction,
                    .confidence = had_burst ? Confidence::high : Confidence::medium,
                    .level = Level::warn,
                    .evidence = {value("rate", capacity.ip), value("queue", *load.in_band)}};
    if (had_burst) {
        finding.sentence = fmt::format("After {} at up to {} what exceeds {} of IP is dropped, not "
                                       "queued.",
                                       print_bytes(*capacity.bucket_bytes), print(*capacity.burst),
                                       print(capacity.ip));
        finding.evidence.push_back(value("burst", *capacity.burst));
        finding.evidence.push_back(bytes_value("bucket", *capacity.bucket_bytes));
    } else {
        finding.sentence =
            fmt::format("What exceeds {} of IP is dropped, not queued: a policer, or "
                        "a buffer of next to nothing.",
                        print(capacity.ip));
    }
    if (capacity.excess_loss)
        finding.evidence.push_back(ratio_value("excess_loss", *capacity.excess_loss));
    finding.advice = fmt::format("Shape the {} to a little less than that where it starts.",
                                 noun(load.direction));
    return finding;
}

std::optional<Finding> aqm(const Evidence& /*evidence*/, const Load& load) {
    if (delay_of_others(load) == DelaySign::climbs) return std::nullopt;
    Finding finding{.code = Code::aqm, .direction = load.direction, .level = Level::good};
    const std::string load_name{noun(load.direction)};
    const auto marked = marked_share(load);
    const bool others_known = load.latency && load.latency->idle_spread;
    if (is_marked(load)) {
        // A mark on all of them does not come from a queue.
        finding.confidence = marked->ratio() < all_busy ? Confidence::high : Confidence::medium;
        finding.sentence =
            fmt::format("A queue on the path of the {} marks datagrams (ECN) instead "
                        "of letting its delay grow.",
                        load_name);
        finding.evidence = {count_value("marked", marked->hits),
                            count_value("markable", marked->trials)};
    } else if (own_delay(load) != DelaySign::flat && has_flow_queueing(load) == true) {
        finding.confidence = others_known ? Confidence::high : Confidence::medium;
        finding.sentence =
            fmt::format("The {} waits in a queue of its own: others hardly notice it.", load_name);
        finding.evidence = {value("in_band", *load.in_band), value("added", load.latency->added)};
    } else if (filled(load) && delay_of_others(load) == DelaySign::some && hosts_kept_up(load) &&
               load.path_lost.value_or(0) > 0) {
        finding.confidence = Confidence::low;
        finding.sentence = fmt::format("The queue of the {} stays short, and loses some datagrams "
                                       "for it: an AQM, or a small buffer.",
                                       load_name);
        finding.evidence = {value("added", load.latency->added),
                            count_value("path_lost", *load.path_lost)};
    } else {
        return std::nullopt;
    }
    return finding;
}

} // namespace wyn::verdict
