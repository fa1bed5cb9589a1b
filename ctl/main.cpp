// wyndrvrctl: options, then one command.
#include "ctl/config_command.hpp"
#include "ctl/control_commands.hpp"
#include "ctl/explain_text.hpp"
#include "ctl/latency_command.hpp"
#include "ctl/log_command.hpp"
#include "ctl/options.hpp"
#include "ctl/probe_command.hpp"
#include "ctl/report.hpp"
#include "ctl/terminal.hpp"
#include "ctl/watch_command.hpp"
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

// Each kind of options is a command.
struct Run {
    int operator()(const ctl::ProbeOptions& options) const { return ctl::run_probe(options); }
    int operator()(const ctl::LatencyOptions& options) const { return ctl::run_latency(options); }
    int operator()(const ctl::StatusOptions& options) const { return ctl::run_status(options); }
    int operator()(const ctl::SessionsOptions& options) const { return ctl::run_sessions(options); }
    int operator()(const ctl::WatchOptions& options) const { return ctl::run_watch(options); }
    int operator()(const ctl::ReloadOptions& options) const { return ctl::run_reload(options); }
    int operator()(const ctl::DrainOptions& options) const { return ctl::run_drain(options); }
    int operator()(const ctl::EndOptions& options) const { return ctl::run_end(options); }
    int operator()(const ctl::LogLevelOptions& options) const {
        return ctl::run_log_level(options);
    }
    int operator()(const ctl::LogOptions& options) const { return ctl::run_log(options); }
    int operator()(const ctl::ExplainOptions& options) const { return run_explain(options); }
    int operator()(const ctl::ConfigOptions& options) const { return ctl::run_config(options); }
    int operator()(const ctl::WorkerOptions& /*options*/) const { return run_as_worker(); }
};

} // namespace

// NOLINTNEXTLINE(bugprone-exception-escape): parse_options() makes no variant without a value
int main(int argc, char** argv) {
    const auto options = ctl::parse_options(argc, argv);
    if (!options) {
        std::fputs(options.error().text.c_str(), options.error().status == 0 ? stdout : stderr);
        return options.error().status;
    }
    return std::visit(Run{}, *options);
}
