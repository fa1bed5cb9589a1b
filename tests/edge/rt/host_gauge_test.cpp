// What this host's kernel tells, on loopback.
#include "check.hpp"
#include "clock/system_clock.hpp"
#include "net/udp_datagrams.hpp"
#include "net/udp_socket.hpp"
#include "rt/host_gauge.hpp"

#include <sched.h>

#include <atomic>
#include <thread>

using namespace wyn;

namespace {

struct Ends {
    Ends()
        : near{REQUIRE_OK(net::open_udp({dgram::Address::v4(127, 0, 0, 1), 0}, {}))},
          far{REQUIRE_OK(net::open_udp({dgram::Address::v4(127, 0, 0, 1), 0},
                                       {.receive_buffer_bytes = 5000}))},
          far_at{REQUIRE_OK(net::local_endpoint(far.fd()))} {
        REQUIRE(near.connect(far_at));
    }
    net::UdpDatagrams near;
    net::UdpDatagrams far;
    dgram::Endpoint far_at;
};

} // namespace

TEST_CASE("a thread's time grows while it works", "[rt]") {
    Ends ends;
    rt::HostGauge gauge{ends.near.fd()};
    const MonoTime began = mono_now(); // before the first reading, so that all of it is in `passed`
    const auto before = gauge.thread_times();
    REQUIRE(before.has_value());
    while (mono_now() - began < 20ms) {
    }
    const auto after = gauge.thread_times();
    const Duration passed = mono_now() - began;
    CHECK(after->running > before->running);
    CHECK(after->running - before->running <= passed);
    if (!after->waiting) {
        WARN("left out: this kernel does not count how long a thread has no processor");
        return;
    }
    REQUIRE(before->waiting.has_value());
    CHECK(*after->waiting >= *before->waiting);
    CHECK(*after->waiting - *before->waiting <= passed);
}

TEST_CASE("a thread that shares its processor is kept waiting for it", "[rt]") {
    Ends ends;
    rt::HostGauge gauge{ends.near.fd()};
    cpu_set_t all;
    REQUIRE(sched_getaffinity(0, sizeof all, &all) == 0);
    const int here = sched_getcpu();
    REQUIRE(here >= 0);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(here), &one);
    std::atomic<bool> over = false;
    REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
    std::thread other{[&over] {
        while (!over) {
        }
    }};
    const auto before = gauge.thread_times();
    const MonoTime began = mono_now();
    while (mono_now() - began < 200ms) {
    }
    const auto after = gauge.thread_times();
    over = true;
    other.join();
    sched_setaffinity(0, sizeof all, &all);
    if (!after->waiting) {
        WARN("left out: this kernel does not count how long a thread has no processor");
        return;
    }
    CHECK(*after->waiting - *before->waiting > 20ms); // half of the time, if both get the same
}

TEST_CASE("datagrams that find a full socket show in what the host counts", "[rt]") {
    Ends ends;
    rt::HostGauge gauge{ends.near.fd()};
    gauge.begin();
    const std::vector<std::uint8_t> payload(1000);
    for (int i = 0; i < 100; ++i)
        ends.near.send(payload, payload.size(), nullptr);
    const std::uint64_t dropped = ends.far.receive_drops();
    REQUIRE(dropped > 0);
    const wire::HostRecord record = gauge.changes(wire::Role::receiver);
    if (!record.udp_buffer_errors) {
        WARN("left out: this host hides /proc/net/snmp");
        return;
    }
    CHECK(*record.udp_buffer_errors >= dropped); // others may have lost some, too
    CHECK(record.device_drops == 0);
    CHECK_FALSE(record.link_bps.has_value()); // loopback has none
}

TEST_CASE("before it has begun a gauge tells nothing", "[rt]") {
    Ends ends;
    CHECK(rt::HostGauge{ends.near.fd()}.changes(wire::Role::sender) == wire::HostRecord{});
}

TEST_CASE("a socket that leads nowhere tells what does not depend on its device", "[rt]") {
    const net::UdpDatagrams lonely{
        REQUIRE_OK(net::open_udp({dgram::Address::v4(127, 0, 0, 1), 0}, {}))};
    rt::HostGauge gauge{lonely.fd()};
    gauge.begin();
    const wire::HostRecord record = gauge.changes(wire::Role::sender);
    CHECK_FALSE(record.device_drops.has_value());
    CHECK_FALSE(record.qdisc_drops.has_value());
}
