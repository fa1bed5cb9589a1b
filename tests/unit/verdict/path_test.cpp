#include "check.hpp"
#include "unit/verdict/loads.hpp"

using namespace wyn;
using namespace wyn::verdict;
using test::found;

namespace {

constexpr std::uint8_t expedited = 46 << 2; // EF, not ECN-capable

Load marked(std::vector<Mark> marks) {
    Load load = test::sound_load();
    load.marks = std::move(marks);
    return load;
}

Load black_hole() {
    Load load = test::sound_load();
    load.mtu = PathMtu{.bytes = 1400, .tried_bytes = 1500, .icmp_heard = false, .vanished = 4};
    return load;
}

} // namespace

TEST_CASE("a mark that arrives as another was changed by the path", "[verdict]") {
    const auto finding =
        found(marked({{.sent = expedited, .received = 0, .packets = 100}}), Code::remarked);
    REQUIRE(finding);
    CHECK(finding->confidence == Confidence::high);
    CHECK(finding->sentence == "Datagrams of the upload leave with DSCP 46 and arrive with 0: the "
                               "path does not treat them as marked.");
    SECTION("a part of them, or few, make it probable") {
        CHECK(found(marked({{.sent = expedited, .received = 0, .packets = 100},
                            {.sent = expedited, .received = expedited, .packets = 100}}),
                    Code::remarked)
                  ->confidence == Confidence::medium);
        CHECK(found(marked({{.sent = expedited, .received = 0, .packets = 9}}), Code::remarked)
                  ->confidence == Confidence::medium);
    }
    SECTION("kept marks, changed ECN and unknown marks are no finding") {
        CHECK_FALSE(found(marked({{.sent = expedited, .received = expedited, .packets = 100}}),
                          Code::remarked));
        CHECK_FALSE(found(marked({{.sent = 2, .received = 0, .packets = 100}}), Code::remarked));
        CHECK_FALSE(
            found(marked({{.sent = expedited, .received = 0, .packets = 0}}), Code::remarked));
        CHECK_FALSE(found(marked({}), Code::remarked));
        CHECK_FALSE(found(test::bare_load(), Code::remarked));
    }
}

TEST_CASE("an ECN field that arrives empty was cleared by the path", "[verdict]") {
    for (const std::uint8_t capable : {std::uint8_t{1}, std::uint8_t{2}})
        CHECK(found(marked({{.sent = capable, .received = 0, .packets = 100}}), Code::ecn_bleached)
                  ->confidence == Confidence::high);
    CHECK(found(marked({{.sent = 2, .received = 0, .packets = 100},
                        {.sent = 2, .received = 2, .packets = 900}}),
                Code::ecn_bleached)
              ->confidence == Confidence::medium);
    SECTION("one that was never set, was kept, or was marked, was not") {
        CHECK_FALSE(
            found(marked({{.sent = 0, .received = 0, .packets = 100}}), Code::ecn_bleached));
        CHECK_FALSE(
            found(marked({{.sent = 2, .received = 2, .packets = 100}}), Code::ecn_bleached));
        CHECK_FALSE(
            found(marked({{.sent = 2, .received = 3, .packets = 100}}), Code::ecn_bleached));
        CHECK_FALSE(found(test::bare_load(), Code::ecn_bleached));
    }
}

TEST_CASE("large packets that vanish without a word are in a black hole", "[verdict]") {
    const auto finding = found(black_hole(), Code::pmtu_blackhole);
    REQUIRE(finding);
    CHECK(finding->confidence == Confidence::high);
    CHECK(finding->level == Level::bad);
    CHECK(finding->advice == "On this host: ip link set mtu 1400, or let ICMP pass on the way.");
    SECTION("two may have been lost by chance, and so may all on a lossy path") {
        Load load = black_hole();
        load.mtu->vanished = 2;
        CHECK(found(load, Code::pmtu_blackhole)->confidence == Confidence::medium);
        load = black_hole();
        load.path_lost = 20'000;
        load.received = 80'000;
        CHECK(found(load, Code::pmtu_blackhole)->confidence == Confidence::medium);
        load.path_lost.reset();
        CHECK(found(load, Code::pmtu_blackhole)->confidence == Confidence::medium);
    }
}

TEST_CASE("large packets that a router complains of are in no black hole", "[verdict]") {
    Load load = black_hole();
    SECTION("ICMP was heard") {
        load.mtu->icmp_heard = true;
    }
    SECTION("whether it was is not known") {
        load.mtu->icmp_heard.reset();
    }
    SECTION("nothing larger was tried") {
        load.mtu->tried_bytes = 1400;
    }
    SECTION("what was tried is not known") {
        load.mtu->tried_bytes.reset();
    }
    SECTION("nothing vanished") {
        load.mtu->vanished = 0;
    }
    SECTION("the path was not looked at") {
        load.mtu.reset();
    }
    CHECK_FALSE(found(load, Code::pmtu_blackhole));
}
