// What the two hosts did to the load. Before the path is blamed it must be sure that they did not.
#include "verdict/rules.hpp"
#include "verdict/signs.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wyn::verdict {

namespace {

// One stall of a host in a short load is enough to be too much, so that alone says little.
constexpr double far_too_much_skipped = 0.05;
// A sender that spins does so for the last 200 us (session/bulk_sender): only one that is kept from
// it is later than that.
constexpr Duration time_to_spin = 200us;

bool held_by_stack(const Load& load) {
    return load.limited_by == wire::LimitedBy::stack ||
           exceeds(refused_share(load), noticeable_loss);
}

bool fell_short(const Load& load) {
    if (load.capacity && load.capacity->word == CapacityWord::sender_limited) return true;
    if (load.kind == LoadKind::unpaced) {
        const auto lost = path_loss(load);
        return load.limited_by == wire::LimitedBy::host && lost &&
               lost->ratio() < noticeable_loss && socket_loss(load) &&
               socket_loss(load)->ratio() < noticeable_loss;
    }
    return stood_still(load);
}

// Whether its processor is why. Nothing: it is not known how busy it was; a thread that spins is
// always busy, which says nothing.
std::optional<bool> processor_was_short(const Load& load) {
    if (stolen(load.sender)) return true;
    const bool late = load.lateness_p99 && *load.lateness_p99 > time_to_spin;
    if (load.pacing == wire::Pacing::precise && !late) return std::nullopt;
    const auto wanted = demand(load.sender);
    if (!wanted) return std::nullopt;
    return *wanted >= all_busy;
}

Confidence sureness(const Load& load, const std::optional<bool>& processor_is_short) {
    if (processor_is_short)
        return exceeds(path_loss(load), noticeable_loss) ? Confidence::medium : Confidence::high;
    const auto skipped = skipped_share(load);
    const bool is_little = load.kind != LoadKind::unpaced && !load.capacity && skipped &&
                           skipped->ratio() < far_too_much_skipped;
    return is_little ? Confidence::low : Confidence::medium;
}

// By the queueing discipline and by the device itself.
std::optional<std::uint64_t> dropped_on_the_way_out(const Host& host) {
    if (!host.queue_drops && !host.device_drops) return std::nullopt;
    return host.queue_drops.value_or(0) + host.device_drops.value_or(0);
}

std::string short_sentence(const Load& load) {
    const std::string_view sender = sender_of(load);
    const auto skipped = skipped_share(load);
    if (load.kind == LoadKind::unpaced)
        return fmt::format("{} sent as fast as it could, and the path carried it. It may carry "
                           "more.",
                           sender);
    if (skipped && skipped->hits > 0)
        return fmt::format("{} was too busy to send {} of {} datagrams in time. The path may carry "
                           "more.",
                           sender, skipped->hits, skipped->trials);
    return fmt::format("{} was not fast enough to fill the path, which may carry more.", sender);
}

// `otherwise` where it is the thread's own work that was too much.
std::string advice_for_processor(const Host& host, std::string_view name,
                                 std::string_view otherwise) {
    if (stolen(host)) return "Measure with a machine whose processor it need not share.";
    if (crowded_out(host))
        return fmt::format("{}stop what else runs there, or give it a core of its own.", on(name));
    return std::string{otherwise};
}

std::string advice_for_socket(const Load& load) {
    const bool granted_less = load.receive_buffer_bytes && load.wanted_buffer_bytes &&
                              *load.receive_buffer_bytes < *load.wanted_buffer_bytes;
    // The kernel counts twice what is asked for.
    if (granted_less)
        return fmt::format("{}sysctl net.core.rmem_max={}", on(receiver_of(load)),
                           *load.wanted_buffer_bytes / 2);
    return "Send less with -b, or larger datagrams with -l, which cost the receiver less.";
}

void add_busy(std::vector<Value>& evidence, const Host& host) {
    if (host.thread_busy) evidence.push_back(ratio_value("thread_busy", *host.thread_busy));
    if (host.thread_kept_waiting)
        evidence.push_back(ratio_value("thread_kept_waiting", *host.thread_kept_waiting));
    if (host.core_busy) evidence.push_back(ratio_value("core_busy", *host.core_busy));
    if (host.steal) evidence.push_back(ratio_value("steal", *host.steal));
}

} // namespace

std::optional<Finding> sender_cpu(const Evidence& /*evidence*/, const Load& load) {
    if (!fell_short(load) || held_by_stack(load)) return std::nullopt;
    const bool path_was_full = load.capacity && filled(load);
    const auto is_short = processor_was_short(load);
    if (path_was_full || is_short == false) return std::nullopt;
    Finding finding{.code = Code::sender_cpu,
                    .direction = load.direction,
                    .confidence = sureness(load, is_short),
                    .sentence = capitalised(short_sentence(load))};
    // Without a schedule that is what was asked for, and a few skipped datagrams spoil nothing.
    const bool is_harmless =
        load.kind == LoadKind::unpaced || finding.confidence == Confidence::low;
    finding.level = is_harmless ? Level::good : Level::warn;
    finding.advice = advice_for_processor(load.sender, sender_of(load),
                                          "Share the load among several flows: -b 0 -P 4.");
    if (const auto skipped = skipped_share(load))
        finding.evidence.push_back(count_value("skipped", skipped->hits));
    add_busy(finding.evidence, load.sender);
    if (load.lateness_p99) finding.evidence.push_back(value("lateness_p99", *load.lateness_p99));
    if (load.ip) finding.evidence.push_back(value("ip", *load.ip));
    return finding;
}

std::optional<Finding> sender_queue(const Evidence& /*evidence*/, const Load& load) {
    const auto refused = refused_share(load);
    const bool many_refused = exceeds(refused, noticeable_loss);
    const bool was_held = load.limited_by == wire::LimitedBy::stack;
    const Host& host = load.sender;
    const std::optional<std::uint64_t> dropped = dropped_on_the_way_out(host);
    if (!many_refused && !was_held && !are_many(dropped, load)) return std::nullopt;
    // Where the path lost datagrams as well, this queue was not the only one that was full.
    const Confidence unsure =
        exceeds(path_loss(load), noticeable_loss) ? Confidence::low : Confidence::medium;
    Finding finding{.code = Code::sender_queue,
                    .direction = load.direction,
                    .confidence = many_refused ? Confidence::high : unsure,
                    .level = Level::warn};
    const std::string name = capitalised(std::string{sender_of(load)});
    if (many_refused)
        finding.sentence = fmt::format("{}'s own queue refused {} of {} datagrams: they never left "
                                       "it. The path may carry more.",
                                       name, refused->hits, refused->trials);
    else if (was_held)
        finding.sentence = fmt::format("{}'s own queue was full at times and held the load back. "
                                       "The path may carry more.",
                                       name);
    else
        finding.sentence = fmt::format("{}'s own queues dropped {} datagrams meanwhile, of this "
                                       "load or of others.",
                                       name, *dropped);
    finding.advice = fmt::format("{}tc -s qdisc tells which queue it is, and what shapes it.",
                                 on(sender_of(load)));
    if (refused && refused->hits > 0)
        finding.evidence.push_back(count_value("refused", refused->hits));
    if (host.queue_drops) finding.evidence.push_back(count_value("queue_drops", *host.queue_drops));
    if (host.device_drops.value_or(0) > 0)
        finding.evidence.push_back(count_value("device_drops", *host.device_drops));
    if (load.ip) finding.evidence.push_back(value("ip", *load.ip));
    return finding;
}

std::optional<Finding> receiver_socket(const Evidence& /*evidence*/, const Load& load) {
    const auto dropped = socket_loss(load);
    const bool said_so = load.capacity && load.capacity->word == CapacityWord::receiver_limited;
    const bool counted = dropped && dropped->hits > 0;
    if (!counted && (dropped || !said_so)) return std::nullopt;
    Finding finding{.code = Code::receiver_socket,
                    .direction = load.direction,
                    .confidence = counted ? Confidence::high : Confidence::medium,
                    .level = counted ? level_of_loss(dropped->ratio()) : Level::warn};
    const std::string host = capitalised(std::string{receiver_of(load)});
    if (!counted)
        finding.sentence = fmt::format("{}'s socket overflowed.", host);
    else
        finding.sentence = fmt::format("{} itself dropped {} of the {} datagrams that reached it: "
                                       "its socket was full.",
                                       host, dropped->hits, dropped->trials);
    if (counted && load.path_lost)
        finding.sentence += fmt::format(" The path lost {}.", *load.path_lost);
    finding.advice = advice_for_socket(load);
    if (counted) finding.evidence.push_back(count_value("socket_drops", dropped->hits));
    if (load.path_lost) finding.evidence.push_back(count_value("path_lost", *load.path_lost));
    if (load.receive_buffer_bytes)
        finding.evidence.push_back(bytes_value("receive_buffer", *load.receive_buffer_bytes));
    if (load.wanted_buffer_bytes)
        finding.evidence.push_back(bytes_value("wanted_buffer", *load.wanted_buffer_bytes));
    return finding;
}

std::optional<Finding> receiver_cpu(const Evidence& /*evidence*/, const Load& load) {
    const Host& host = load.receiver;
    const bool no_time = demand(host).value_or(0) >= all_busy || stolen(host);
    // The core with most to do may be another one: that counts where the thread's waiting does not.
    const bool is_busy =
        no_time || (!host.thread_kept_waiting && host.core_busy.value_or(0) >= all_busy);
    const bool device_dropped = are_many(host.device_drops, load);
    const bool backlog_dropped = are_many(host.backlog_drops, load);
    const bool socket_dropped = exceeds(socket_loss(load), noticeable_loss);
    const bool said_so = load.capacity && load.capacity->word == CapacityWord::receiver_limited;
    if (!device_dropped && !backlog_dropped && !(is_busy && (socket_dropped || said_so)))
        return std::nullopt;
    const std::string_view receiver = receiver_of(load);
    Finding finding{
        .code = Code::receiver_cpu,
        .direction = load.direction,
        .confidence = no_time && socket_dropped ? Confidence::high : Confidence::medium,
        .level = Level::warn,
        .advice = advice_for_processor(host, receiver,
                                       "Larger datagrams (-l) or a lower rate (-b) cost it less.")};
    finding.sentence = capitalised(
        is_busy || backlog_dropped
            ? fmt::format("{} was too busy to take in what arrived. The path may carry more.",
                          receiver)
            : fmt::format("The network device of {} dropped {} datagrams meanwhile, of whomever "
                          "they were.",
                          receiver, *host.device_drops));
    if (socket_dropped && is_busy) {
        const auto dropped = socket_loss(load);
        finding.level = std::max(finding.level, level_of_loss(dropped->ratio()));
        finding.sentence +=
            fmt::format(" Its socket dropped {} of {} datagrams.", dropped->hits, dropped->trials);
    }
    add_busy(finding.evidence, host);
    if (host.device_drops)
        finding.evidence.push_back(count_value("device_drops", *host.device_drops));
    if (host.backlog_drops.value_or(0) > 0)
        finding.evidence.push_back(count_value("backlog_drops", *host.backlog_drops));
    if (load.socket_drops)
        finding.evidence.push_back(count_value("socket_drops", *load.socket_drops));
    return finding;
}

} // namespace wyn::verdict
