// Why the result is what it is: the findings with what shows them and what to do, and the sentence
// that a page ends with.
#include "base/word.hpp"
#include "ctl/report_page.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wyn::ctl {

namespace {

using verdict::Finding;
using verdict::Level;

// An arrow, the longest code, and a gap.
constexpr std::size_t code_width = 19;
constexpr std::size_t indent = page_margin + code_width;

Ink ink_of(Level level) {
    switch (level) {
    case Level::good: return Ink::green;
    case Level::warn: return Ink::yellow;
    case Level::bad: return Ink::red;
    }
    return Ink::plain;
}

std::string lower(std::string_view text) {
    std::string lowered{text};
    std::ranges::transform(lowered, lowered.begin(), lower_case);
    return lowered;
}

// A paragraph beside the codes; the first line begins at the indent, too.
std::string paragraph(std::string_view text, std::size_t further = 0) {
    const std::string blanks(indent, ' ');
    return flow(blanks + std::string{text}, indent + further);
}

std::string evidence_of(const Finding& finding) {
    std::vector<std::string> pieces;
    for (const verdict::Value& value : finding.evidence) {
        std::string name{value.name};
        std::ranges::replace(name, '_', ' ');
        pieces.push_back(fmt::format("{} {}", name, value.text()));
    }
    // What is unknown is not more or less so.
    std::string head;
    if (finding.code != verdict::Code::unknown)
        head = fmt::format("{} confidence", verdict::name(finding.confidence));
    if (pieces.empty()) return head.empty() ? "" : std::string(indent, ' ') + head;
    pieces.front().insert(0, std::string(indent, ' ') + (head.empty() ? "" : head + ": "));
    return flow(pieces, ", ", indent);
}

std::string finding_text(const Finding& finding, const Style& style) {
    const std::string_view arrow =
        finding.direction ? arrow_of(*finding.direction, style) : std::string_view{" "};
    const std::string code = lower(verdict::name(finding.code));
    // The code stands where the first line of the paragraph has its blanks.
    std::string text =
        fmt::format("  {} {}{}\n", arrow, painted(style, ink_of(finding.level), code),
                    paragraph(finding.sentence).substr(4 + code.size()));
    if (const std::string shown = evidence_of(finding); !shown.empty())
        text += painted(style, Ink::dim, shown) + '\n';
    if (!finding.advice.empty()) text += paragraph("Do: " + finding.advice, 4) + '\n';
    return text;
}

} // namespace

std::string why_of(const Page& page) {
    if (!page.verdict || page.verdict->findings.empty()) return "";
    std::string text = "  " + painted(page.style, Ink::bold, "WHY") + '\n';
    for (const Finding& finding : page.verdict->findings)
        text += finding_text(finding, page.style);
    return text;
}

std::string verdict_of(const Page& page) {
    if (!page.verdict) return "";
    const std::string sentence = flow("  " + page.verdict->summary, page_margin);
    return painted(page.style, ink_of(page.verdict->level), sentence) + '\n';
}

} // namespace wyn::ctl
