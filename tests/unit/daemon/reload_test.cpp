#include "check.hpp"
#include "daemon/reload.hpp"

#include <algorithm>

using namespace wyn;
using namespace wyn::daemon;

namespace {

// Every key has another value than by default.
settings::ServerConfig all_different() {
    settings::ServerConfig config;
    config.bind_addr = *dgram::Address::parse("192.0.2.1");
    config.bind_port = 1;
    config.port_ranges = {{2, 9}};
    config.control_socket = "/elsewhere";
    config.log_level = settings::LogLevel::debug;
    config.connection_parallelism = Placement::process;
    config.port_parallelism = Placement::thread;
    config.incoming_blocking_level = 1us;
    config.incoming_sleep = 1us;
    config.max_send_time = 1us;
    config.send_sleep = 1us;
    config.heartbeat_rate = 100ms;
    config.adjustment_delay = 20ms;
    config.flow_control_rate = 1;
    config.key_file = "/keys";
    config.require_key = true;
    config.max_sessions = 1;
    config.max_sessions_per_address = 1;
    config.max_rate = BitRate{1'000'000};
    config.max_total_rate = BitRate{1'000'000};
    config.max_volume = 1000;
    config.max_duration = 1s;
    config.allowed_dscp = {{46, 46}};
    config.half_open_time = 1s;
    config.idle_timeout = 1s;
    config.worker_timeout = 1s;
    config.drain_time = 1s;
    return config;
}

} // namespace

TEST_CASE("a reload takes on each key that can change while the daemon runs, and no other",
          "[daemon]") {
    const settings::ServerConfig now;
    const ReloadPlan plan = plan_reload(now, all_different());
    std::vector<std::string> seen = plan.reloaded.changed;
    seen.insert(seen.end(), plan.reloaded.needs_restart.begin(), plan.reloaded.needs_restart.end());
    CHECK(seen.size() == settings::server_config_keys().size()); // all_different() is
    for (const std::string& key : plan.reloaded.changed) {
        INFO(key);
        CHECK(settings::is_reloadable(key));
    }
    for (const std::string& key : plan.reloaded.needs_restart) {
        INFO(key);
        CHECK_FALSE(settings::is_reloadable(key));
    }
    CHECK(plan.config.max_sessions == 1);
    CHECK(plan.config.bind_port == now.bind_port);
}

TEST_CASE("a reload of the same configuration changes nothing", "[daemon]") {
    const ReloadPlan plan = plan_reload(all_different(), all_different());
    CHECK(plan.config == all_different());
    CHECK(plan.reloaded.changed.empty());
    CHECK(plan.reloaded.needs_restart.empty());
}
