#include "captured.hpp"
#include "net/qdisc.hpp"

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

using namespace wyn;
using net::Qdisc;
using net::QdiscPlace;
using Qdiscs = std::vector<Qdisc>;

namespace {

constexpr auto root = QdiscPlace::root;
constexpr auto inner = QdiscPlace::inner;
constexpr auto ingress = QdiscPlace::ingress;

// The answer's message for one discipline, in this machine's byte order.
Result<Qdisc> read_made(int device, std::uint32_t parent, std::string_view kind) {
    tcmsg fixed{};
    fixed.tcm_ifindex = device;
    fixed.tcm_parent = parent;
    net::NetlinkRequest made{RTM_NEWQDISC, 0, fixed};
    made.add(TCA_KIND, Datagram{kind.begin(), kind.end()});
    return net::read_qdisc(REQUIRE_OK(net::read_answer(made.bytes())).messages.at(0));
}

constexpr std::string_view fq{"fq", 3}; // with its NUL

} // namespace

TEST_CASE("the disciplines of a kernel's devices are read", "[net]") {
    if (!captured_are_readable) return;
    CHECK(captured_qdiscs("nothing", 1).empty());
    CHECK(captured_qdiscs("noqueue", 1) == Qdiscs{{1, root, "noqueue"}});
    CHECK(captured_qdiscs("pfifo_fast", 2) == Qdiscs{{2, root, "pfifo_fast"}});
    CHECK(captured_qdiscs("tbf", 2) == Qdiscs{{2, root, "tbf"}});
    CHECK(captured_qdiscs("htb_clsact", 2) ==
          Qdiscs{{2, root, "htb"}, {2, inner, "tbf"}, {2, ingress, "clsact"}});
    CHECK(captured_qdiscs("mq_pfifo_fast", 3) ==
          Qdiscs{{3, root, "mq"}, {3, inner, "pfifo_fast"}, {3, inner, "pfifo_fast"}});
    CHECK(captured_qdiscs("etf", 3) == Qdiscs{{3, root, "etf"}});
    CHECK(captured_qdiscs("fq", 3) == Qdiscs{{3, root, "fq"}});
    CHECK(captured_qdiscs("mq_fq", 3) ==
          Qdiscs{{3, root, "mq"}, {3, inner, "fq"}, {3, inner, "fq"}});
}

TEST_CASE("departure times are honoured where everything goes through fq", "[net]") {
    if (!captured_are_readable) return;
    const auto honours = [](const char* name, int device) {
        return net::honours_txtime(captured_qdiscs(name, device));
    };
    CHECK(honours("fq", 3));
    CHECK(honours("fq_clsact", 3)); // what arrives is another matter
    CHECK(honours("mq_fq", 3));
    CHECK_FALSE(honours("fq", 1)); // another device
    CHECK_FALSE(honours("noqueue", 1));
    CHECK_FALSE(honours("pfifo_fast", 2));
    CHECK_FALSE(honours("tbf", 2));
    CHECK_FALSE(honours("htb_clsact", 2));
    CHECK_FALSE(honours("htb_fq", 3)); // its other classes need not have fq
    CHECK_FALSE(honours("mq_pfifo_fast", 3));
    CHECK_FALSE(honours("mq_mixed", 3));
    CHECK_FALSE(honours("mq_alone", 3)); // we do not see what serves its queues
    CHECK_FALSE(honours("etf", 3));
    CHECK_FALSE(honours("nothing", 1));
}

TEST_CASE("every root with a discipline for each queue is looked below", "[net]") {
    for (const char* kind : {"mq", "mqprio", "taprio"}) {
        CHECK(net::honours_txtime(Qdiscs{{5, inner, "fq"}, {5, root, kind}, {5, inner, "fq"}}));
        CHECK_FALSE(
            net::honours_txtime(Qdiscs{{5, inner, "fq"}, {5, root, kind}, {5, inner, "etf"}}));
    }
    CHECK_FALSE(net::honours_txtime(Qdiscs{{5, inner, "fq"}})); // below what we do not see
    CHECK_FALSE(net::honours_txtime(Qdiscs{{5, root, "fq_codel"}}));
    CHECK_FALSE(net::honours_txtime({}));
}

TEST_CASE("the place of a discipline is what it hangs below", "[net]") {
    CHECK(REQUIRE_OK(read_made(4, TC_H_ROOT, fq)) == Qdisc{4, root, "fq"});
    CHECK(REQUIRE_OK(read_made(4, TC_H_INGRESS, fq)) == Qdisc{4, ingress, "fq"});
    CHECK(REQUIRE_OK(read_made(4, 0x8001'0002, fq)) == Qdisc{4, inner, "fq"});
    CHECK(REQUIRE_OK(read_made(4, 2, fq)) == Qdisc{4, inner, "fq"}); // below a root without handle
}

TEST_CASE("a message that is none of a discipline is refused", "[net]") {
    for (const int device : {0, -1})
        CHECK_FALSE(read_made(device, TC_H_ROOT, fq));
    for (const std::string_view kind :
         {std::string_view{}, std::string_view{"\0", 1}, std::string_view{"fq"},
          std::string_view{"f q", 4}, std::string_view{"f\x7f", 3}, std::string_view{"\xc3\xbc", 3},
          std::string_view{"sixteen_letters_", 17}}) {
        const auto refused = read_made(4, TC_H_ROOT, kind);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().is(std::errc::bad_message));
    }
    CHECK(read_made(4, TC_H_ROOT, std::string_view{"fifteen_letters", 16}));
    const Datagram fixed(sizeof(tcmsg));
    CHECK_FALSE(net::read_qdisc({RTM_NEWQDISC, fixed}));
    CHECK_FALSE(net::read_qdisc({RTM_NEWQDISC, {}}));
    CHECK_FALSE(net::read_qdisc({RTM_NEWROUTE, fixed}));
}

TEST_CASE("the disciplines of all devices are asked for", "[net]") {
    const auto request = net::qdiscs_request();
    net::NetlinkBytes left = request.bytes();
    const auto header = net::take_structure<nlmsghdr>(left);
    REQUIRE(header);
    CHECK(header->nlmsg_type == RTM_GETQDISC);
    CHECK(header->nlmsg_flags == (NLM_F_REQUEST | NLM_F_DUMP));
    CHECK(left.size() == sizeof(tcmsg));
}

TEST_CASE("what a discipline has dropped and keeps waiting is read", "[net]") {
    if (!captured_are_readable) return;
    const Datagram counting = captured("qdisc_counting");
    const auto message = REQUIRE_OK(net::read_answer(counting)).messages.at(0);
    CHECK(net::read_queue_counters(message) ==
          net::QueueCounters{.drops = 77, .backlog_bytes = 7570});
    const Datagram quiet = captured("fq");
    CHECK_FALSE(
        net::read_queue_counters(REQUIRE_OK(net::read_answer(quiet)).messages.at(0)).has_value());
    const Datagram brief = captured("qdisc_counting_short");
    CHECK_FALSE(
        net::read_queue_counters(REQUIRE_OK(net::read_answer(brief)).messages.at(0)).has_value());
}
