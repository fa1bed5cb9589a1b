#include "check.hpp"
#include "net/proc_counters.hpp"

using namespace wyn;
using namespace wyn::net;

namespace {

constexpr std::string_view snmp = R"(Ip: Forwarding DefaultTTL InReceives
Ip: 1 64 100
Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors
Udp: 5400 3 12 5300 11 4 1
UdpLite: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors
UdpLite: 0 0 0 0 77 77
)";

constexpr std::string_view stat = R"(cpu  100 10 50 800 20 5 15 30 40 0
cpu0 60 10 30 400 10 5 15 10 0 0
cpu2 40 0 20 400 10 0 0 20 0 0
intr 12345 6 7
cpufreq 1
)";

} // namespace

TEST_CASE("counters of UDP are found by their names", "[net]") {
    CHECK(udp_counter(snmp, "RcvbufErrors") == 11);
    CHECK(udp_counter(snmp, "SndbufErrors") == 4);
    CHECK(udp_counter(snmp, "InDatagrams") == 5400);
    CHECK_FALSE(udp_counter(snmp, "MemErrors"));
    CHECK_FALSE(udp_counter("", "RcvbufErrors"));
    CHECK_FALSE(udp_counter("Udp: RcvbufErrors\n", "RcvbufErrors")); // without values
    CHECK_FALSE(udp_counter("Udp: A RcvbufErrors\nUdp: 1\n", "RcvbufErrors"));
    CHECK_FALSE(udp_counter("Udp: RcvbufErrors\nUdp: many\n", "RcvbufErrors"));
}

TEST_CASE("counters of IPv6 have a line each", "[net]") {
    constexpr std::string_view snmp6 = "Udp6InErrors                    \t2\n"
                                       "Udp6RcvbufErrors                \t9\n";
    CHECK(snmp6_counter(snmp6, "Udp6RcvbufErrors") == 9);
    CHECK_FALSE(snmp6_counter(snmp6, "Udp6"));
    CHECK_FALSE(snmp6_counter("Udp6RcvbufErrors", "Udp6RcvbufErrors"));
}

TEST_CASE("what the kernel did with arriving packets is summed over all CPUs", "[net]") {
    CHECK(softnet_counters("0000b2a1 00000000 00000003 00000000\n"
                           "0000001f 0000000a 00000010 00000000 00000001\n") ==
          SoftnetCounters{.drops = 10, .squeezes = 19});
    CHECK_FALSE(softnet_counters(""));
    CHECK_FALSE(softnet_counters("0000b2a1 00000000\n"));
    CHECK_FALSE(softnet_counters("0000b2a1 x 1\n"));
}

TEST_CASE("how long a thread had no CPU is known where its kernel counts it", "[net]") {
    CHECK(ns_without_cpu("380097111 513802 22\n") == 513802u);
    CHECK(ns_without_cpu("1 0 1\n") == 0u);
    CHECK_FALSE(ns_without_cpu("0 0 22\n")); // who asks has run: it is not counted
    CHECK_FALSE(ns_without_cpu("380097111\n"));
    CHECK_FALSE(ns_without_cpu("380097111 -1 22\n"));
    CHECK_FALSE(ns_without_cpu("x 513802 22\n"));
    CHECK_FALSE(ns_without_cpu(""));
}

TEST_CASE("CPU times are read of all together and of each", "[net]") {
    const auto times = cpu_times(stat);
    REQUIRE(times.has_value());
    CHECK(times->sum.all == 1030);
    CHECK(times->sum.busy == 210);
    CHECK(times->sum.stolen == 30);
    REQUIRE(times->each.size() == 3);
    CHECK(times->each[0].busy == 130);
    CHECK(times->each[1].all == 0); // switched off
    CHECK(times->each[2].stolen == 20);
}

TEST_CASE("CPU times that are not as we know them are none", "[net]") {
    for (const std::string_view text :
         {"", "cpu", "cpu 1 2 3\n", "cpux 1 2 3 4 5 6 7 8\n", "cpu 1 2 3 4 5 6 7 8\ncpux 1 2\n",
          "cpu 1 2 3 4 5 6 7 8\ncpu99999999 1 2 3 4 5 6 7 8\n"}) {
        INFO(text);
        CHECK_FALSE(cpu_times(text));
    }
}

TEST_CASE("a file that is not there is not read", "[net]") {
    CHECK_FALSE(read_proc("/proc/no/such/file"));
    CHECK_FALSE(read_proc("/proc"));
}
