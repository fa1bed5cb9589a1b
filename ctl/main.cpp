// wyndrvrctl: options, then one command.
#include "ctl/explain_text.hpp"
#include "ctl/latency_command.hpp"
#include "ctl/options.hpp"
#include "ctl/probe_command.hpp"
#include "ctl/report.hpp"
#include "ctl/status_command.hpp"
#include "ctl/terminal.hpp"
#include "rt/child.hpp"
#include "rt/worker.hpp"

#include <unistd.h>

#include <cstdio>

using namespace wyn;

namespace {

int run_explain(const ctl::ExplainOptions& options) {
    const ctl::Style style = ctl::style_of(STDOUT_FILENO, options.ascii);
    const std::string text =
        options.word.empty() ? ctl::list_of_words(style) : ctl::explanation_of(options.word, style);
    std::fputs(text.c_str(), stdout);
    return 0;
}

int run_as_worker() {
    auto link = rt::become_worker("wyndrvrctl");
    if (!link) {
        std::fprintf(stderr, "wyndrvrctl: %s\n", link.error().what().c_str());
        return static_cast<int>(ctl::ExitCode::internal_error);
    }
    rt::run_worker(std::move(*link), "wyndrvrctl");
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const auto options = ctl::parse_options(argc, argv);
    if (!options) {
        std::fputs(options.error().text.c_str(), options.error().status == 0 ? stdout : stderr);
        return options.error().status;
    }
    if (const auto* probe = std::get_if<ctl::ProbeOptions>(&*options))
        return ctl::run_probe(*probe);
    if (const auto* latency = std::get_if<ctl::LatencyOptions>(&*options))
        return ctl::run_latency(*latency);
    if (const auto* status = std::get_if<ctl::StatusOptions>(&*options))
        return ctl::run_status(*status);
    if (const auto* explain = std::get_if<ctl::ExplainOptions>(&*options))
        return run_explain(*explain);
    return run_as_worker();
}
