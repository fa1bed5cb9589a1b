// One sentence for people who read one sentence: what is the matter with each direction.
#include "verdict/engine.hpp"
#include "verdict/signs.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wyn::verdict {

namespace {

// "upload ...": what goes on behind the name of the direction.
std::string phrase_of(const Finding& finding, const Load& load) {
    switch (finding.code) {
    case Code::sender_cpu: return fmt::format("limited by the processor of {}", sender_of(load));
    case Code::sender_queue: return fmt::format("held back by the queue of {}", sender_of(load));
    case Code::receiver_socket:
        return fmt::format("overflowing the socket of {}", receiver_of(load));
    case Code::receiver_cpu:
        return fmt::format("limited by the processor of {}", receiver_of(load));
    case Code::line_rate: return "at line rate";
    case Code::bufferbloat: return "spoiled by bufferbloat";
    case Code::policer: return "cut by a policer";
    case Code::aqm: return "kept prompt by an AQM";
    case Code::random_loss: return "losing datagrams at any rate";
    case Code::remarked: return "re-marked on the way";
    case Code::ecn_bleached: return "robbed of its ECN marks";
    case Code::pmtu_blackhole: return "swallowing large packets";
    case Code::unstable: return "of varying rate";
    case Code::two_rate: return "slower after a burst";
    case Code::lower_bound: return "not at the limit of the path";
    case Code::unknown: return load.ip ? "in trouble for reasons not known" : "without a result";
    case Code::busy_server:
    case Code::clock_step: break; // of no direction
    }
    return "";
}

std::string_view hedge(Confidence confidence) {
    switch (confidence) {
    case Confidence::high: return "";
    case Confidence::medium: return "probably ";
    case Confidence::low: return "perhaps ";
    }
    return "";
}

// Nothing noticeable lost, nobody else delayed; false when one of them is not known.
bool is_clean(const Load& load) {
    const auto lost = path_loss(load);
    return lost && lost->ratio() < noticeable_loss && load.latency &&
           load.latency->mean_increase < climbing_delay;
}

// Good news that is more than a possibility, and a few losses that nobody notices are no headline.
bool is_worth_saying(const Finding& finding) {
    if (finding.level != Level::good) return true;
    const bool is_news = finding.code == Code::line_rate || finding.code == Code::aqm ||
                         finding.code == Code::two_rate || finding.code == Code::sender_cpu;
    return is_news && finding.confidence != Confidence::low;
}

std::string phrase_for(const Load& load, const std::vector<Finding>& findings) {
    const auto first = std::ranges::find_if(findings, [&](const Finding& finding) {
        return finding.direction == load.direction && is_worth_saying(finding);
    });
    const std::string_view end = load.complete ? "" : " (cut short)";
    if (first == findings.end())
        return fmt::format("{}{}", is_clean(load) ? "clean" : "without a fault that shows", end);
    const bool says_so_itself = first->code == Code::unknown;
    return fmt::format("{}{}{}", says_so_itself ? "" : hedge(first->confidence),
                       phrase_of(*first, load), end);
}

std::string aside_of(const std::vector<Finding>& findings) {
    std::string aside;
    for (const Finding& finding : findings) {
        if (finding.code == Code::busy_server) aside += "; the server had others to serve";
        if (finding.code == Code::clock_step) aside += "; a clock was set meanwhile";
    }
    return aside;
}

} // namespace

std::string summary_of(const Evidence& evidence, const std::vector<Finding>& findings) {
    std::string sentence;
    if (!evidence.down && !evidence.up) {
        sentence = fmt::format("Round trip without load {}; no load was measured",
                               print_ns(evidence.idle_rtt.value_or(Duration{}).count()));
    } else if (evidence.down && evidence.up) {
        const std::string down = phrase_for(*evidence.down, findings);
        const std::string up = phrase_for(*evidence.up, findings);
        sentence = down == up ? fmt::format("Download and upload {}", down)
                              : fmt::format("Download {}, upload {}", down, up);
    } else {
        const Load& load = evidence.down ? *evidence.down : *evidence.up;
        sentence =
            capitalised(fmt::format("{} {}", noun(load.direction), phrase_for(load, findings)));
    }
    return sentence + aside_of(findings) + '.';
}

} // namespace wyn::verdict
