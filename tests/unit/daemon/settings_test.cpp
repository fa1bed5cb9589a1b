#include "check.hpp"
#include "daemon/settings.hpp"

using namespace wyn;
using namespace wyn::daemon;

namespace {

// Every value another one than its default, and than any other.
settings::ServerConfig unusual() {
    settings::ServerConfig config;
    config.port_ranges = {{7100, 7200}};
    config.port_parallelism = Placement::thread;
    config.incoming_blocking_level = 11us;
    config.incoming_sleep = 12us;
    config.max_send_time = 13us;
    config.send_sleep = 14us;
    config.heartbeat_rate = 150ms;
    config.adjustment_delay = 60ms;
    config.flow_control_rate = 3;
    config.require_key = true;
    config.max_sessions = 17;
    config.max_sessions_per_address = 18;
    config.max_rate = BitRate{19'000'000};
    config.max_total_rate = BitRate{20'000'000};
    config.max_volume = 21'000'000;
    config.max_duration = 22s;
    config.allowed_dscp = {{46, 46}, {8, 10}};
    config.half_open_time = 2300ms;
    config.idle_timeout = 24s;
    config.worker_timeout = 25s;
    return config;
}

} // namespace

TEST_CASE("every setting reaches the listener", "[daemon]") {
    const ListenerSettings settings = listener_settings(unusual());
    CHECK(settings.limits.max_sessions == 17);
    CHECK(settings.limits.max_sessions_per_address == 18);
    CHECK(settings.limits.max_rate == BitRate{19'000'000});
    CHECK(settings.limits.max_total_rate == BitRate{20'000'000});
    CHECK(settings.limits.require_key);
    CHECK(settings.terms.max_volume_bytes == 21'000'000);
    CHECK(settings.terms.max_duration == 22s);
    CHECK(settings.terms.heartbeat == 150ms);
    CHECK(settings.terms.adjustment_delay == 60ms);
    CHECK(settings.terms.feedback_interval == 20ms);
    CHECK(settings.terms.half_open == 2300ms);
    CHECK(settings.terms.idle_timeout == 24s);
    CHECK(settings.tuning.incoming_blocking_level == Duration{11us});
    CHECK(settings.tuning.incoming_sleep == 12us);
    CHECK(settings.tuning.max_send_time == 13us);
    CHECK(settings.tuning.send_sleep == 14us);
    CHECK(settings.port_ranges == std::vector<settings::PortRange>{{7100, 7200}});
    CHECK(settings.allowed_dscp == dgram::DscpSet{8, 9, 10, 46});
    CHECK(settings.port_placement == Placement::thread);
    CHECK(settings.worker_timeout == 25s);
}

TEST_CASE("the defaults of the configuration are those of the parts", "[daemon]") {
    const ListenerSettings ours = listener_settings(settings::ServerConfig{});
    CHECK(ours.terms == session::Terms{});
    CHECK(ours.limits.max_sessions == AdmissionLimits{}.max_sessions);
    CHECK(ours.limits.max_sessions_per_address == AdmissionLimits{}.max_sessions_per_address);
    CHECK(ours.limits.max_rate == BitRate{0});
    CHECK(ours.limits.max_total_rate == BitRate{0});
    CHECK_FALSE(ours.limits.require_key);
    CHECK(!ours.tuning.incoming_blocking_level.has_value());
    CHECK(ours.tuning.max_send_time == session::Tuning{}.max_send_time);
    CHECK(ours.worker_timeout == ListenerSettings{}.worker_timeout);
    CHECK(ours.allowed_dscp == dgram::DscpSet{0, 1, 8}); // CS0, LE, CS1: nothing that is preferred
}

TEST_CASE("the status tells the limits, with 0 for none", "[daemon]") {
    CHECK(status_limits(unusual()) == status::Limits{.max_sessions = 17,
                                                     .max_sessions_per_address = 18,
                                                     .max_rate_bps = 19'000'000,
                                                     .max_total_rate_bps = 20'000'000,
                                                     .max_volume_bytes = 21'000'000,
                                                     .max_duration_ns = 22'000'000'000,
                                                     .require_key = true});
    const status::Limits limits = status_limits(settings::ServerConfig{});
    CHECK(limits.max_rate_bps == 0);
    CHECK(limits.max_total_rate_bps == 0);
    CHECK(limits.max_volume_bytes == 0);
    CHECK(limits.max_duration_ns == 60'000'000'000);
}

TEST_CASE("a log level is the severity of its name", "[daemon]") {
    CHECK(severity_of(settings::LogLevel::error) == journal::Severity::error);
    CHECK(severity_of(settings::LogLevel::warning) == journal::Severity::warning);
    CHECK(severity_of(settings::LogLevel::notice) == journal::Severity::notice);
    CHECK(severity_of(settings::LogLevel::info) == journal::Severity::info);
    CHECK(severity_of(settings::LogLevel::debug) == journal::Severity::debug);
}
