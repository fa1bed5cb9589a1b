// wyndrvrctl: options, then one command.
#include "ctl/options.hpp"
#include "ctl/probe_command.hpp"
#include "ctl/report.hpp"
#include "ctl/status_command.hpp"
#include "rt/child.hpp"
#include "rt/worker.hpp"

#include <cstdio>

using namespace wyn;

namespace {

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
    if (const auto* status = std::get_if<ctl::StatusOptions>(&*options))
        return ctl::run_status(*status);
    return run_as_worker();
}
