// wyndrvrd: options, configuration, loop, server, run.
#include "crypto/primitives.hpp"
#include "daemon/config_files.hpp"
#include "daemon/options.hpp"
#include "daemon/server.hpp"
#include "daemon/settings.hpp"
#include "rt/child.hpp"
#include "rt/rlimit.hpp"
#include "rt/worker.hpp"

#include <systemd/sd-daemon.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

using namespace wyn;

namespace {

// A line on stderr; with the priority that the journal reads when it is there.
void complain(const std::string& what) {
    std::fprintf(stderr, "%swyndrvrd: %s\n", journal::is_connected_to_journal() ? SD_ERR : "",
                 what.c_str());
}

// --check-config and --print-config end here, and so do mistakes.
int report(const config::Problems& problems) {
    for (const std::string& problem : problems)
        complain(problem);
    return EXIT_FAILURE;
}

Result<int> serve(const daemon::LoadedConfig& loaded) {
    if (auto usable = crypto::self_test(); !usable) return pass_on(usable);
    if (auto raised = rt::raise_descriptor_limit(); !raised) return pass_on(raised);
    const auto sink = journal::make_sink(daemon::severity_of(loaded.config.log_level));
    auto loop = rt::Loop::create();
    if (!loop) return pass_on(loop);
    // Before the server says that it listens: whoever hears that may already ask it to stop.
    daemon::Server* running = nullptr;
    auto terminate = (*loop)->add_signal(SIGTERM, [&running] { running->stop(); });
    auto interrupt = (*loop)->add_signal(SIGINT, [&running] { running->stop(); });
    if (!terminate) return pass_on(terminate);
    if (!interrupt) return pass_on(interrupt);
    auto server = daemon::Server::start(**loop, loaded.config, loaded.files, *sink);
    if (!server) return pass_on(server, "cannot start");
    running = server->get(); // the loop does not turn before
    if (auto fed = (*loop)->feed_watchdog(); !fed) return pass_on(fed);

    sd_notifyf(0, "READY=1\nSTATUS=Listening on %s",
               dgram::print((*server)->listen_endpoint()).c_str());
    auto status = (*loop)->run();
    sd_notify(0, "STOPPING=1");
    return status;
}

int run_as_worker() {
    auto link = rt::become_worker("wyndrvrd");
    if (!link) {
        complain(link.error().what());
        return EXIT_FAILURE;
    }
    rt::run_worker(std::move(*link), "wyndrvrd");
    return EXIT_SUCCESS;
}

} // namespace

int main(int argc, char** argv) {
    const auto options = daemon::parse_options(argc, argv);
    if (!options) {
        std::fputs(options.error().text.c_str(), options.error().status == 0 ? stdout : stderr);
        return options.error().status;
    }
    if (options->worker) return run_as_worker();
    const auto loaded = daemon::load_config(*options, daemon::default_places());
    if (!loaded) return report(loaded.error());
    if (options->print_config)
        std::fputs(daemon::print_server_config(loaded->config).c_str(), stdout);
    if (options->print_config || options->check_config) return EXIT_SUCCESS;

    const auto status = serve(*loaded);
    if (!status) complain(status.error().what());
    return status ? *status : EXIT_FAILURE;
}
