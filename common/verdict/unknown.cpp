// What is wrong and explained by nothing: said as it is, with what would tell. Never a guess.
#include "verdict/rules.hpp"
#include "verdict/signs.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wyn::verdict {

namespace {

// Whether a finding is a reason for the path's losses, or for a delay that climbs.
bool explains_loss(Code code) {
    switch (code) {
    case Code::sender_queue:
    case Code::receiver_cpu:
    case Code::line_rate:
    case Code::bufferbloat:
    case Code::policer:
    case Code::aqm:
    case Code::random_loss:
    case Code::two_rate: return true;
    case Code::sender_cpu:
    case Code::receiver_socket:
    case Code::remarked:
    case Code::ecn_bleached:
    case Code::pmtu_blackhole:
    case Code::busy_server:
    case Code::unstable:
    case Code::lower_bound:
    case Code::clock_step:
    case Code::unknown: return false;
    }
    return false;
}

// That a queue which is kept short may be why is no more than a possibility: not enough for losses
// that users complain about.
bool is_explained(const Share& lost, const Load& load, std::span<const Finding> found) {
    return std::ranges::any_of(found, [&](const Finding& finding) {
        const bool is_guess = finding.code == Code::aqm && finding.confidence == Confidence::low;
        return finding.direction == load.direction && explains_loss(finding.code) &&
               !(is_guess && lost.ratio() >= bad_loss);
    });
}

Finding unknown_finding(const Load& load, std::string sentence, std::string advice) {
    return {.code = Code::unknown,
            .direction = load.direction,
            .confidence = Confidence::low,
            .level = Level::warn,
            .sentence = std::move(sentence),
            .evidence = {},
            .advice = std::move(advice)};
}

// What is lost at half of the rate settles it: a queue or a policer loses nothing there.
std::string half_rate(const Load& load) {
    const auto& rate = load.offered ? load.offered : load.payload;
    if (!rate || rate->bps() < 2)
        return "Try a lower rate with -b: loss that stays is random, loss that goes is a queue's.";
    std::string text = print(BitRate{rate->bps() / 2});
    std::erase(text, ' ');
    text = text.substr(0, text.find("bit/s"));
    return fmt::format("Try -b {}: loss that stays is random, loss that goes is a queue's or a "
                       "policer's.",
                       text);
}

std::optional<Finding> unexplained_loss(const Load& load, std::span<const Finding> found) {
    // Without a schedule more is sent than the path carries, and the rest is lost on purpose.
    if (load.kind == LoadKind::unpaced || !exceeds(path_loss(load), noticeable_loss))
        return std::nullopt;
    const Share lost = *path_loss(load);
    if (is_explained(lost, load, found)) return std::nullopt;
    if (load.kind == LoadKind::searched && loses_only_when_full(load)) return std::nullopt;
    Finding finding = unknown_finding(
        load,
        fmt::format("The path lost {} of {} datagrams, and what is known does not tell why.",
                    lost.hits, lost.trials),
        half_rate(load));
    finding.level = level_of_loss(lost.ratio());
    finding.evidence = {count_value("path_lost", lost.hits), count_value("sent", lost.trials)};
    return finding;
}

std::optional<Finding> unexplained_delay(const Load& load, std::span<const Finding> found) {
    const bool is_bloat = std::ranges::any_of(found, [&](const Finding& finding) {
        return finding.direction == load.direction && finding.code == Code::bufferbloat;
    });
    if (delay_of_others(load) != DelaySign::climbs || is_bloat) return std::nullopt;
    Finding finding = unknown_finding(
        load,
        fmt::format("Others wait {} longer beside the {}, which does not wait itself.",
                    print_ns(load.latency->added.count()), noun(load.direction)),
        "Measure again while both hosts have nothing else to do.");
    finding.evidence = {value("added", load.latency->added)};
    return finding;
}

Finding no_rate(const Load& load) {
    const std::string_view name = noun(load.direction);
    if (!load.received)
        return unknown_finding(
            load,
            fmt::format("What arrived of the {} is not known: {}'s record of it is missing.", name,
                        receiver_of(load)),
            "Measure again.");
    if (*load.received > 0)
        return unknown_finding(load, fmt::format("Too little arrived of the {} for a rate.", name),
                               "Give it more time with -t.");
    return unknown_finding(load, fmt::format("Nothing arrived of the {}.", name),
                           "Try smaller datagrams with -l 1200: a firewall or tunnel may stop "
                           "large ones.");
}

} // namespace

std::optional<Finding> unknown(const Load& load, std::span<const Finding> found) {
    if (!load.ip) return no_rate(load);
    if (auto finding = unexplained_loss(load, found)) return finding;
    return unexplained_delay(load, found);
}

} // namespace wyn::verdict
