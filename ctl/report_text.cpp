#include "ctl/report_text.hpp"

#include "base/check.hpp"
#include "ctl/evidence.hpp"
#include "ctl/report_page.hpp"

#include <fmt/format.h>

namespace wyn::ctl {

std::vector<const session::DirectionResult*> Page::directions() const {
    std::vector<const session::DirectionResult*> found;
    for (const wire::Direction direction : report.options.directions)
        if (const auto& which = direction == wire::Direction::up ? result().up : result().down)
            found.push_back(&*which);
    return found;
}

const verdict::Load& Page::load(const session::DirectionResult& result) const {
    const auto& load = result.direction == wire::Direction::up ? evidence.up : evidence.down;
    WYN_CHECK(load.has_value());
    return *load;
}

std::string_view arrow_of(wire::Direction direction, const Style& style) {
    return direction == wire::Direction::up ? glyphs(style).up : glyphs(style).down;
}

std::string row(wire::Direction direction, std::string_view name, std::vector<std::string> pieces,
                std::string_view gap, const Style& style) {
    return row(fmt::format("{} {}", arrow_of(direction, style), name), std::move(pieces), gap);
}

std::string report_as_text(const Report& report, const verdict::Evidence& evidence,
                           const Style& style) {
    if (!report.result || !report.server) return "";
    const Page page{report, evidence, verdict::judge(evidence), style};
    if (!report.result->idle && page.directions().empty()) return "";
    std::string text = headline_of(page);
    for (const auto section :
         {table_of, latency_table_of, staircase_of, path_of, why_of, details_of, verdict_of})
        if (const std::string lines = section(page); !lines.empty()) text += '\n' + lines;
    return text;
}

std::string report_as_text(const Report& report, const Style& style) {
    return report_as_text(report, evidence_of(report), style);
}

std::string failure_as_text(const Failure& failure, const Style& style) {
    std::string text = flow(fmt::format("wyndrvrctl: {}", failure.sentence), 2) + '\n';
    for (const std::string& detail : failure.details)
        text += "  " + detail + '\n'; // as it is: to be found in the file that it names
    const std::string_view arrow = glyphs(style).arrow;
    for (const std::string& advice : failure.advice)
        text += flow(fmt::format("  {} {}", arrow, advice), 3 + columns(arrow)) + '\n';
    return text;
}

} // namespace wyn::ctl
