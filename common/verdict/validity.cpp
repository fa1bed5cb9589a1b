// What must be known to read the number right: of what it is a bound, and what disturbed it.
#include "verdict/rules.hpp"
#include "verdict/signs.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wyn::verdict {

namespace {

// Why the result is no more than a bound: a clause, and what to do; empty: it is none.
struct Bound {
    std::string why;
    std::string advice;
    Confidence confidence = Confidence::high;
};

Bound bound_by_limit(const Load& load) {
    switch (load.limited_by.value_or(wire::LimitedBy::nothing)) {
    case wire::LimitedBy::grant:
        return {load.granted ? fmt::format("the server grants {} of payload", print(*load.granted))
                             : std::string{"the server grants no more"},
                "On the server: raise max_rate for this client."};
    case wire::LimitedBy::volume:
        return {"the volume that the server allows was used up",
                "On the server: raise max_volume, or shorten -t."};
    case wire::LimitedBy::budget:
        return {"the bytes of --budget were used up", "Allow it more with --budget."};
    case wire::LimitedBy::time:
        return {"the search met no limit in its time", "Give it more time with -t."};
    case wire::LimitedBy::host:
        if (load.kind != LoadKind::searched) return {}; // it was not meant to find a bound
        return {fmt::format("{} could not keep the rate", sender_of(load)),
                fmt::format("Measure with a faster host instead of {}.", sender_of(load)),
                Confidence::medium};
    case wire::LimitedBy::nothing:
    case wire::LimitedBy::breaker:
    case wire::LimitedBy::silence:
    case wire::LimitedBy::stack: break;
    }
    return {};
}

Bound bound_of(const Load& load) {
    if (load.capacity && filled(load)) return {};
    const Bound bound = bound_by_limit(load);
    if (!bound.why.empty() || !load.capacity) return bound;
    switch (load.capacity->word) {
    case CapacityWord::lower_bound:
        return {"nothing showed that more would not fit", "Give it more time with -t."};
    case CapacityWord::host_stalled:
        return {"a host stood still too often", "Measure again while the hosts have less to do.",
                Confidence::medium};
    case CapacityWord::sender_limited:
        return {fmt::format("{} was not fast enough", sender_of(load)),
                fmt::format("Measure with a faster host instead of {}.", sender_of(load)),
                Confidence::medium};
    case CapacityWord::receiver_limited:
        return {fmt::format("{} was not fast enough", receiver_of(load)),
                fmt::format("Measure with a faster host instead of {}.", receiver_of(load)),
                Confidence::medium};
    case CapacityWord::ok:
    case CapacityWord::two_rate:
    case CapacityWord::unstable: break;
    }
    return {};
}

} // namespace

std::optional<Finding> unstable(const Evidence& /*evidence*/, const Load& load) {
    if (!load.capacity || load.capacity->word != CapacityWord::unstable) return std::nullopt;
    const Capacity& capacity = *load.capacity;
    Finding finding{.code = Code::unstable,
                    .direction = load.direction,
                    .confidence = capacity.half_width && !stood_still(load) ? Confidence::high
                                                                            : Confidence::medium,
                    .level = Level::warn,
                    .evidence = {value("rate", capacity.ip)},
                    .advice = "Repeat it, or measure for longer with -t: radio and shared links "
                              "vary."};
    finding.sentence = fmt::format("What the path carries in the {} direction varies.",
                                   load.direction == wire::Direction::up ? "upload" : "download");
    if (capacity.half_width) {
        finding.sentence =
            fmt::format("The rate of the {} varies: its mean is known to within {} only.",
                        noun(load.direction), print(*capacity.half_width));
        finding.evidence.push_back(value("half_width", *capacity.half_width));
    }
    // A path that is filled by fits and starts varies as well.
    if (stood_still(load)) {
        finding.evidence.push_back(count_value("skipped", *load.skipped));
        finding.advice = fmt::format("Measure again while {} has less to do: it was too busy to "
                                     "send some datagrams in time.",
                                     sender_of(load));
    }
    return finding;
}

std::optional<Finding> two_rate(const Evidence& /*evidence*/, const Load& load) {
    if (!load.capacity || load.capacity->word != CapacityWord::two_rate) return std::nullopt;
    const Capacity& capacity = *load.capacity;
    const bool whole = capacity.burst && capacity.bucket_bytes;
    Finding finding{.code = Code::two_rate,
                    .direction = load.direction,
                    .confidence = whole ? Confidence::high : Confidence::medium,
                    .level = Level::good,
                    .evidence = {value("rate", capacity.ip)},
                    .advice = "Go by the lower rate for anything that takes longer."};
    if (capacity.burst) finding.evidence.push_back(value("burst", *capacity.burst));
    if (capacity.bucket_bytes)
        finding.evidence.push_back(bytes_value("bucket", *capacity.bucket_bytes));
    finding.sentence =
        whole ? fmt::format("The {} runs at {} of IP for the first {}, then at {}: a token bucket.",
                            noun(load.direction), print(*capacity.burst),
                            print_bytes(*capacity.bucket_bytes), print(capacity.ip))
              : fmt::format("The {} begins faster than {} of IP and falls to it: a token bucket.",
                            noun(load.direction), print(capacity.ip));
    return finding;
}

std::optional<Finding> lower_bound(const Evidence& /*evidence*/, const Load& load) {
    const Bound bound = bound_of(load);
    if (bound.why.empty()) return std::nullopt;
    Finding finding{.code = Code::lower_bound,
                    .direction = load.direction,
                    .confidence = bound.confidence,
                    .level = Level::warn,
                    .sentence = fmt::format("The path may carry more: {}.", bound.why),
                    .advice = bound.advice};
    if (load.ip) finding.evidence.push_back(value("ip", *load.ip));
    if (load.granted) finding.evidence.push_back(value("granted", *load.granted));
    return finding;
}

std::optional<Finding> busy_server(const Evidence& evidence) {
    const std::uint32_t loads = evidence.other_loads.value_or(0);
    if (loads == 0 || (!evidence.down && !evidence.up)) return std::nullopt;
    Finding finding{
        .code = Code::busy_server,
        .confidence = Confidence::medium,
        .level = Level::warn,
        .sentence = fmt::format("The server ran {} for others meanwhile.", count_of(loads, "load")),
        .evidence = {count_value("other_loads", loads)},
        .advice = "Measure again when the server is alone: wyndrvrctl status there "
                  "tells."};
    if (evidence.other_sessions)
        finding.evidence.push_back(count_value("other_sessions", *evidence.other_sessions));
    return finding;
}

std::optional<Finding> clock_step(const Evidence& evidence) {
    if (evidence.clock_steps.value_or(0) == 0) return std::nullopt;
    return Finding{.code = Code::clock_step,
                   .confidence = Confidence::medium,
                   .level = Level::warn,
                   .sentence = "A host's wall clock was set during the probe: the kernel's times "
                               "of single datagrams may be off.",
                   .evidence = {count_value("steps", *evidence.clock_steps)},
                   .advice = "Measure again; rates and losses do not depend on it."};
}

} // namespace wyn::verdict
