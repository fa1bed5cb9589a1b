// Queueing disciplines as the kernel tells them, on devices that are made here. The program's own
// main has put it into a network namespace.
#include "loopback.hpp"
#include "net/egress.hpp"
#include "net/socket_options.hpp"

#include <fmt/format.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

using namespace wyn;
using net::QdiscPlace;

namespace {

bool run(const std::string& command) {
    return std::system((command + " 2>/dev/null").c_str()) == 0;
}

// A cable between two devices, of which the near one has two hardware queues and addresses.
struct Cable {
    Cable() {
        run("ip link delete wyna"); // of a case that has failed
        REQUIRE(run("ip link add wyna numtxqueues 2 type veth peer name wynb"));
        REQUIRE(run("ip address add 198.51.100.1/24 dev wyna"));
        if (edge::has_ipv6()) REQUIRE(run("ip address add fd00:213::1/64 dev wyna nodad"));
        REQUIRE(run("ip link set wyna up && ip link set wynb up"));
    }
    Cable(const Cable&) = delete;
    Cable& operator=(const Cable&) = delete;
    ~Cable() { run("ip link delete wyna"); }

    // `name` and its parameters, as tc(8) has them; false when this kernel does not have it.
    static bool shape(const std::string& discipline, const std::string& device = "wyna") {
        return run(fmt::format("tc qdisc replace dev {} {}", device, discipline));
    }
};

const dgram::Endpoint v4_near{dgram::Address::v4(198, 51, 100, 1), 0};
const dgram::Endpoint v4_far{dgram::Address::v4(198, 51, 100, 2), 6711};

net::Fd connected(const dgram::Endpoint& near, const dgram::Endpoint& far,
                  const std::string& device = {}) {
    net::Fd fd = REQUIRE_OK(net::open_udp(near, {.device = device}));
    const auto raw = net::to_kernel(far, net::family_of(near.address));
    REQUIRE(raw);
    REQUIRE(::connect(fd.get(), raw->get(), raw->length) == 0);
    return fd;
}

std::vector<std::string> kinds(const std::vector<net::Qdisc>& qdiscs, QdiscPlace place) {
    std::vector<std::string> found;
    for (const net::Qdisc& qdisc : qdiscs)
        if (qdisc.place == place) found.push_back(qdisc.kind);
    return found;
}

using Kinds = std::vector<std::string>;

} // namespace

TEST_CASE("the discipline of a device is told by its kind", "[net]") {
    const Cable cable;
    const net::Fd socket = connected(v4_near, v4_far);
    const auto root_now = [&] {
        return kinds(REQUIRE_OK(net::egress_qdiscs(socket.get())), QdiscPlace::root);
    };
    CHECK(root_now() == Kinds{"noqueue"});
    for (const std::string kind : {"pfifo_fast", "tbf", "htb", "fq", "etf"}) {
        const std::string parameters = kind == "tbf"   ? "rate 1mbit burst 10k latency 10ms"
                                       : kind == "etf" ? "clockid CLOCK_TAI delta 300000"
                                                       : "";
        if (!Cable::shape(fmt::format("root {} {}", kind, parameters))) {
            WARN("left out: this kernel has no " << kind);
            continue;
        }
        CHECK(root_now() == Kinds{kind});
        const auto qdiscs = REQUIRE_OK(net::egress_qdiscs(socket.get()));
        CHECK(net::honours_txtime(qdiscs) == (kind == "fq"));
        CHECK(run("tc qdisc delete dev wyna root"));
    }
}

TEST_CASE("the disciplines of each hardware queue and of what arrives are told", "[net]") {
    const Cable cable;
    const net::Fd socket = connected(v4_near, v4_far);
    REQUIRE(Cable::shape("root handle 7: mq"));
    REQUIRE(Cable::shape("parent 7:1 pfifo"));
    REQUIRE(Cable::shape("parent 7:2 pfifo"));
    REQUIRE(Cable::shape("root pfifo", "wynb")); // of another device
    const bool clsact = Cable::shape("clsact");
    const auto qdiscs = REQUIRE_OK(net::egress_qdiscs(socket.get()));
    CHECK(kinds(qdiscs, QdiscPlace::root) == Kinds{"mq"});
    CHECK(kinds(qdiscs, QdiscPlace::inner) == Kinds{"pfifo", "pfifo"});
    CHECK(kinds(qdiscs, QdiscPlace::ingress) == (clsact ? Kinds{"clsact"} : Kinds{}));
    CHECK_FALSE(net::honours_txtime(qdiscs));
    if (!Cable::shape("parent 7:1 fq")) {
        WARN("left out: this kernel has no fq");
        return;
    }
    CHECK_FALSE(net::honours_txtime(REQUIRE_OK(net::egress_qdiscs(socket.get()))));
    REQUIRE(Cable::shape("parent 7:2 fq"));
    CHECK(net::honours_txtime(REQUIRE_OK(net::egress_qdiscs(socket.get()))));
}

TEST_CASE("the device is that of the socket's route", "[net]") {
    const Cable cable;
    const int wyna = static_cast<int>(::if_nametoindex("wyna"));
    const int wynb = static_cast<int>(::if_nametoindex("wynb"));
    CHECK(REQUIRE_OK(net::egress_device(connected(v4_near, v4_far).get())) == wyna);
    // A socket that is bound to a device leaves through it, whatever the routes say.
    CHECK(REQUIRE_OK(net::egress_device(connected(v4_near, v4_far, "wynb").get())) == wynb);
    if (!edge::has_ipv6()) return;
    const dgram::Endpoint near{REQUIRE_OK(dgram::Address::parse("fd00:213::1")), 0};
    const dgram::Endpoint far{REQUIRE_OK(dgram::Address::parse("fd00:213::2")), 6711};
    CHECK(REQUIRE_OK(net::egress_device(connected(near, far).get())) == wyna);
    // A socket of both families, connected to an IPv4 peer.
    CHECK(REQUIRE_OK(net::egress_device(connected({edge::v6_any, 0}, v4_far).get())) == wyna);
}

TEST_CASE("a device tells what it is and what it dropped", "[net]") {
    const Cable cable;
    const int wyna = static_cast<int>(::if_nametoindex("wyna"));
    const net::DeviceCounters device = REQUIRE_OK(net::device_counters(wyna));
    CHECK(device.index == wyna);
    CHECK(device.name == "wyna");
    CHECK(device.kind == "veth");
    CHECK(device.sent_drops == 0);
    CHECK_FALSE(net::link_speed(device)); // of 10 Gbit/s, says its driver
    const auto missing = net::device_counters(99'999);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().is(std::errc::no_such_device));
}

TEST_CASE("a queue that overflows counts what it drops, and what waits", "[net]") {
    const Cable cable;
    const int wyna = static_cast<int>(::if_nametoindex("wyna"));
    CHECK(REQUIRE_OK(net::queue_counters(wyna)) == net::QueueCounters{});
    if (!Cable::shape("root tbf rate 8kbit burst 2k limit 5000")) {
        WARN("left out: this kernel has no tbf");
        return;
    }
    CHECK(run("ip neighbour add 198.51.100.2 lladdr 02:00:00:00:00:02 dev wyna"));
    const net::Fd socket = connected(v4_near, v4_far);
    const std::array<char, 1000> payload{};
    for (int i = 0; i < 20; ++i)
        static_cast<void>(::send(socket.get(), payload.data(), payload.size(), 0));
    const net::QueueCounters counted = REQUIRE_OK(net::queue_counters(wyna));
    CHECK(counted.drops >= 10);
    CHECK(counted.drops < 20);
    CHECK(counted.backlog_bytes > 1000);
    CHECK(counted.backlog_bytes <= 5000);
}

TEST_CASE("a route that is gone is an error", "[net]") {
    const Cable cable;
    const net::Fd socket = connected(v4_near, v4_far);
    REQUIRE(run("ip route delete 198.51.100.0/24 dev wyna"));
    const auto device = net::egress_device(socket.get());
    REQUIRE_FALSE(device);
    CHECK(device.error().is(std::errc::network_unreachable));
    CHECK(device.error().what() ==
          "find a socket's device: netlink answer: Network is unreachable");
}

TEST_CASE("a dump of more devices than one datagram holds is read to its end", "[net]") {
    std::string batch;
    for (int i = 0; i < 40; ++i)
        batch += fmt::format("link add wynm{0} numtxqueues 8 type veth peer name wynp{0}\n"
                             "link set wynm{0} up\n",
                             i);
    REQUIRE(run("printf '" + batch + "' | ip -batch -"));
    for (int i = 0; i < 40; ++i)
        REQUIRE(Cable::shape("root mq", fmt::format("wynm{}", i)));
    const Cable cable; // the last
    const net::Fd socket = connected(v4_near, v4_far);
    const auto qdiscs = REQUIRE_OK(net::egress_qdiscs(socket.get()));
    CHECK(kinds(qdiscs, QdiscPlace::root) == Kinds{"noqueue"});
    for (int i = 0; i < 40; ++i)
        CHECK(run(fmt::format("ip link delete wynm{}", i)));
}
