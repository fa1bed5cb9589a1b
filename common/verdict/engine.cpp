#include "verdict/engine.hpp"

#include "verdict/rules.hpp"
#include "verdict/signs.hpp"

#include <algorithm>
#include <array>

namespace wyn::verdict {

namespace {

constexpr std::array<LoadRule*, 15> load_rules{
    sender_cpu, sender_queue, receiver_socket, receiver_cpu, line_rate,    bufferbloat,
    policer,    aqm,          random_loss,     remarked,     ecn_bleached, pmtu_blackhole,
    unstable,   two_rate,     lower_bound};
constexpr std::array<ProbeRule*, 2> probe_rules{busy_server, clock_step};

// Where both are found in one direction and `strong` is at least as sure, `weak` says nothing more
// or something wrong.
struct Dominance {
    Code strong;
    Code weak;
};
constexpr std::array dominances{
    // A link that is full is why the queue in front of it is, and what limits the load.
    Dominance{Code::line_rate, Code::sender_queue},
    Dominance{Code::line_rate, Code::lower_bound},
    Dominance{Code::line_rate, Code::policer},
    // What looks like the rate of an Ethernet link is that of something that was found out.
    Dominance{Code::sender_cpu, Code::line_rate},
    Dominance{Code::sender_queue, Code::line_rate},
    Dominance{Code::policer, Code::line_rate},
    Dominance{Code::two_rate, Code::line_rate},
    Dominance{Code::receiver_socket, Code::line_rate},
    // Its socket was full because of that.
    Dominance{Code::receiver_cpu, Code::receiver_socket},
    // These name the reason for the bound.
    Dominance{Code::sender_cpu, Code::lower_bound},
    Dominance{Code::sender_queue, Code::lower_bound},
    Dominance{Code::receiver_cpu, Code::lower_bound},
    Dominance{Code::receiver_socket, Code::lower_bound},
    Dominance{Code::lower_bound, Code::sender_cpu},
    // The policer tells of its bucket itself.
    Dominance{Code::policer, Code::two_rate},
};

// A statement about the path, which is only as good as the hosts that made it.
bool is_about_path(Code code) {
    switch (code) {
    case Code::bufferbloat:
    case Code::policer:
    case Code::aqm:
    case Code::random_loss:
    case Code::unstable:
    case Code::two_rate: return true;
    case Code::sender_cpu:
    case Code::sender_queue:
    case Code::receiver_socket:
    case Code::receiver_cpu:
    case Code::line_rate:
    case Code::remarked:
    case Code::ecn_bleached:
    case Code::pmtu_blackhole:
    case Code::busy_server:
    case Code::lower_bound:
    case Code::clock_step:
    case Code::unknown: return false;
    }
    return false;
}

// What a host or the server had to do with it comes before what is said of the path in spite of it.
bool puts_in_doubt(Code code) {
    switch (code) {
    case Code::sender_cpu:
    case Code::sender_queue:
    case Code::receiver_socket:
    case Code::receiver_cpu:
    case Code::busy_server:
    case Code::clock_step: return true;
    case Code::bufferbloat:
    case Code::policer:
    case Code::aqm:
    case Code::random_loss:
    case Code::unstable:
    case Code::two_rate:
    case Code::line_rate:
    case Code::remarked:
    case Code::ecn_bleached:
    case Code::pmtu_blackhole:
    case Code::lower_bound:
    case Code::unknown: return false;
    }
    return false;
}

void temper(Finding& finding, bool doubtful) {
    if (doubtful && is_about_path(finding.code))
        finding.confidence = std::min(finding.confidence, Confidence::medium);
    // One explanation of several is no alarm.
    if (finding.confidence == Confidence::low) finding.level = std::min(finding.level, Level::warn);
}

void drop_dominated(std::vector<Finding>& findings) {
    for (const Dominance& rule : dominances) {
        const auto strong = std::ranges::find(findings, rule.strong, &Finding::code);
        if (strong == findings.end()) continue;
        const Confidence sure = strong->confidence;
        std::erase_if(findings, [&](const Finding& finding) {
            return finding.code == rule.weak && finding.confidence <= sure;
        });
    }
}

void judge_load(const Evidence& evidence, const Load& load, std::vector<Finding>& into) {
    std::vector<Finding> found;
    const bool doubtful = in_doubt(evidence, load);
    for (LoadRule* const rule : load_rules)
        if (auto finding = rule(evidence, load)) {
            temper(*finding, doubtful);
            found.push_back(std::move(*finding));
        }
    drop_dominated(found);
    if (auto finding = unknown(load, found)) {
        temper(*finding, doubtful);
        found.push_back(std::move(*finding));
    }
    std::ranges::move(found, std::back_inserter(into));
}

// Those that doubt is cast by before others; equal ones stay as they are: download before upload,
// in the order of the rules.
std::vector<Finding> worst_first(std::vector<Finding> findings) {
    const auto is_worse = [](const Finding& one, const Finding& other) {
        if (one.level != other.level) return one.level > other.level;
        if (one.confidence != other.confidence) return one.confidence > other.confidence;
        return puts_in_doubt(one.code) && !puts_in_doubt(other.code);
    };
    std::vector<Finding> sorted;
    sorted.reserve(findings.size());
    for (Finding& finding : findings)
        sorted.insert(std::ranges::upper_bound(sorted, finding, is_worse), std::move(finding));
    return sorted;
}

} // namespace

std::optional<Verdict> judge(const Evidence& evidence) {
    if (!evidence.idle_rtt && !evidence.down && !evidence.up) return std::nullopt;
    Verdict verdict;
    std::vector<Finding> findings;
    for (const auto* const load : {&evidence.down, &evidence.up})
        if (*load) judge_load(evidence, **load, findings);
    for (ProbeRule* const rule : probe_rules)
        if (auto finding = rule(evidence)) findings.push_back(std::move(*finding));
    verdict.findings = worst_first(std::move(findings));
    if (!verdict.findings.empty()) verdict.level = verdict.findings.front().level;
    verdict.summary = summary_of(evidence, verdict.findings);
    return verdict;
}

} // namespace wyn::verdict
