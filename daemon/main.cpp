// wyndrvrd: options, configuration, loop, server, run.
#include "crypto/primitives.hpp"
#include "daemon/options.hpp"
#include "daemon/server.hpp"
#include "daemon/settings.hpp"
#include "files/config_files.hpp"
#include "rt/child.hpp"
#include "rt/rlimit.hpp"
#include "rt/service_manager.hpp"
#include "rt/worker.hpp"

#include <sysexits.h>
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
    return EX_CONFIG; // sysexits.h: a service manager need not try again
}

// What the service manager hands over, and how it is told how we are.
struct Surroundings {
    daemon::Entrances entrances;
    std::unique_ptr<rt::ServiceManager> manager;
};

Result<Surroundings> look_around(rt::Loop& loop) {
    auto inherited = rt::inherited_sockets();
    if (!inherited) return pass_on(inherited);
    auto entrances = daemon::sort_entrances(std::move(*inherited));
    if (!entrances) return pass_on(entrances);
    auto manager = rt::ServiceManager::contact(loop, rt::service_environment());
    if (!manager) return pass_on(manager);
    return Surroundings{std::move(*entrances), std::move(*manager)};
}

// The operator's signals. The server begins to exist after they are watched: whoever hears that it
// listens may already ask it to stop.
struct Signals {
    rt::Signal terminate;
    rt::Signal interrupt;
    rt::Signal hang_up;
};

Result<Signals> watch_signals(rt::Loop& loop, daemon::Server*& server) {
    auto terminate = loop.add_signal(SIGTERM, [&server] { server->stop(server->drain_time()); });
    auto interrupt = loop.add_signal(SIGINT, [&server] { server->stop(Duration::zero()); });
    auto hang_up = loop.add_signal(SIGHUP, [&server] { static_cast<void>(server->reload()); });
    for (auto* const signal : {&terminate, &interrupt, &hang_up})
        if (!*signal) return pass_on(*signal);
    return Signals{std::move(*terminate), std::move(*interrupt), std::move(*hang_up)};
}

Result<int> serve(files::LoadedConfig loaded, daemon::ServerParts::LoadConfig load_again) {
    if (auto usable = crypto::self_test(); !usable) return pass_on(usable);
    if (auto raised = rt::raise_descriptor_limit(); !raised) return pass_on(raised);
    const auto sink = journal::make_sink(daemon::severity_of(loaded.config.log_level));
    auto loop = rt::Loop::create();
    if (!loop) return pass_on(loop);
    auto around = look_around(**loop);
    if (!around) return pass_on(around, "cannot start");
    daemon::Server* running = nullptr;
    auto signals = watch_signals(**loop, running);
    if (!signals) return pass_on(signals);
    auto server = daemon::Server::start({.loop = **loop,
                                         .sink = *sink,
                                         .manager = *around->manager,
                                         .load_config = std::move(load_again)},
                                        std::move(loaded), std::move(around->entrances));
    if (!server) return pass_on(server, "cannot start");
    running = server->get(); // the loop does not turn before
    around->manager->ready();
    return (*loop)->run();
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
    const auto load = [&options] {
        return files::load_config(options->config, files::default_places());
    };
    auto loaded = load();
    if (!loaded) return report(loaded.error());
    if (options->print_config)
        std::fputs(settings::print_server_config(loaded->config).c_str(), stdout);
    if (options->print_config || options->check_config) return EXIT_SUCCESS;

    const auto status = serve(std::move(*loaded), load);
    if (!status) complain(status.error().what());
    return status ? *status : EXIT_FAILURE;
}
