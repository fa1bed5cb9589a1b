#include "check.hpp"
#include "unit/verdict/loads.hpp"
#include "verdict/signs.hpp"

using namespace wyn;
using namespace wyn::verdict;
using test::found;
using test::risen_by;

namespace {

bool has(const std::string& text, std::string_view piece) {
    return text.find(piece) != std::string::npos;
}

Load bloated() {
    Load load = test::sound_load();
    load.latency = risen_by(176ms);
    load.in_band = 180ms;
    load.path_lost = 65;
    load.received = 99'935;
    return load;
}

// 100 Mbit/s for the first 1.5 MB, then 40 Mbit/s, and what is above gets lost.
Load policed() {
    Load load = test::sound_load();
    load.latency = risen_by(300us);
    load.in_band = 500us;
    load.capacity = Capacity{.word = CapacityWord::two_rate,
                             .ip = BitRate{40'000'000},
                             .half_width = BitRate{100'000},
                             .burst = BitRate{100'000'000},
                             .bucket_bytes = 1'500'000,
                             .excess_loss = 0.09,
                             .loss_floor = 0.0};
    load.path_lost = 6'000;
    load.received = 94'000;
    load.high_rate_loss = Share{.hits = 4'500, .trials = 50'000};
    return load;
}

} // namespace

TEST_CASE("a rate that fills the slower link is line rate", "[verdict]") {
    Load load = test::sound_load();
    load.ip = BitRate{957'000'000};
    load.wire = BitRate{984'000'000};
    load.receiver.link_speed = BitRate{10'000'000'000};
    const auto finding = found(load, Code::line_rate);
    REQUIRE(finding);
    CHECK(finding->confidence == Confidence::high);
    CHECK(finding->level == Level::good);
    CHECK(finding->sentence == "957 Mbit/s of IP is all that fits into the 1.00 Gbit/s of this "
                               "host's link.");
    SECTION("a link of which only the other end is known counts as well") {
        load.sender.link_speed.reset();
        load.receiver.link_speed = BitRate{1'000'000'000};
        CHECK(has(found(load, Code::line_rate)->sentence, "of the server's link."));
    }
    SECTION("97 % is not all of it") {
        load.wire = BitRate{970'000'000};
        CHECK_FALSE(found(load, Code::line_rate));
    }
    SECTION("a speed that is exceeded is not the link's") {
        load.wire = BitRate{1'050'000'000};
        CHECK_FALSE(found(load, Code::line_rate));
    }
    SECTION("it explains the queue in front of it") {
        load.limited_by = wire::LimitedBy::stack;
        CHECK(found(load, Code::line_rate));
        CHECK_FALSE(found(load, Code::sender_queue));
    }
}

TEST_CASE("a rate that Ethernet would explain is line rate perhaps", "[verdict]") {
    Load load = test::sound_load();
    load.wire = BitRate{99'900'000};
    const auto finding = found(load, Code::line_rate);
    REQUIRE(finding);
    CHECK(finding->confidence == Confidence::low);
    CHECK(has(finding->sentence, "Ethernet of 100 Mbit/s"));
    SECTION("also when no link is known") {
        load.sender.link_speed.reset();
        load.receiver.link_speed.reset();
        CHECK(found(load, Code::line_rate)->confidence == Confidence::low);
    }
    SECTION("not a rate that was asked for") {
        load.kind = LoadKind::fixed;
        CHECK_FALSE(found(load, Code::line_rate));
    }
    SECTION("not when nothing shows that the path was full") {
        load.capacity->word = CapacityWord::lower_bound;
        CHECK_FALSE(found(load, Code::line_rate));
    }
    SECTION("and not when something else is found out") {
        load.limited_by = wire::LimitedBy::stack;
        CHECK_FALSE(found(load, Code::line_rate));
    }
}

TEST_CASE("delay that climbs before loss is bufferbloat", "[verdict]") {
    const auto finding = found(bloated(), Code::bufferbloat);
    REQUIRE(finding);
    CHECK(finding->confidence == Confidence::high);
    CHECK(finding->level == Level::warn);
    CHECK(finding->sentence == "The upload adds 176 ms to every round trip: a queue of about 2.05 "
                               "MB fills before anything is dropped.");
    CHECK(finding->advice == "Shape this uplink to about 88.7 Mbit/s with CAKE or fq_codel.");
    CHECK_FALSE(found(bloated(), Code::unknown)); // it explains the loss
    SECTION("200 ms are bad") {
        Load load = bloated();
        load.latency = risen_by(200ms);
        CHECK(found(load, Code::bufferbloat)->level == Level::bad);
    }
    SECTION("a queue on the sending host is replaced there") {
        Load load = bloated();
        load.limited_by = wire::LimitedBy::stack;
        CHECK(has(found(load, Code::bufferbloat)->advice, "On this host: replace its full queue"));
    }
}

TEST_CASE("an overload tells how large the queue is, if it fills it", "[verdict]") {
    Load load = bloated();
    load.in_band = 15ms; // of the search, which keeps a small queue
    load.latency->highest = 240ms;
    SECTION("it did not") {
        load.overload_loss = Share{.hits = 0, .trials = 60'000};
        const auto finding = found(load, Code::bufferbloat);
        REQUIRE(finding);
        CHECK(finding->confidence == Confidence::high);
        CHECK(has(finding->sentence, "a queue of at least"));
        CHECK(has(finding->sentence, "and nothing is dropped"));
    }
    SECTION("it did") {
        load.overload_loss = Share{.hits = 900, .trials = 60'000};
        const auto finding = found(load, Code::bufferbloat);
        REQUIRE(finding);
        CHECK(has(finding->sentence, "a queue of about"));
        CHECK(has(finding->sentence, "before anything is dropped"));
    }
    SECTION("without one the load would have had to wait itself") {
        CHECK_FALSE(found(load, Code::bufferbloat));
    }
}

TEST_CASE("where the rate varies a rising delay may be of that", "[verdict]") {
    Load load = bloated();
    load.capacity = Capacity{.word = CapacityWord::unstable, .ip = BitRate{90'000'000}};
    CHECK(found(load, Code::bufferbloat)->confidence == Confidence::medium);
}

TEST_CASE("without the signs that make it sure, bufferbloat is probable", "[verdict]") {
    Load load = bloated();
    SECTION("the path was not seen to be full") {
        load.capacity->word = CapacityWord::lower_bound;
    }
    SECTION("how steady idle round trips are is not known") {
        load.latency->idle_spread.reset();
    }
    SECTION("the run was cut short") {
        load.complete = false;
    }
    SECTION("the receiver lost too many by itself") {
        load.socket_drops = 2'000;
        load.received = 97'935;
    }
    SECTION("a host did not get its processor") {
        load.sender.steal = 0.15;
    }
    CHECK(found(load, Code::bufferbloat)->confidence == Confidence::medium);
}

TEST_CASE("delay that rises for other reasons is not bufferbloat", "[verdict]") {
    Load load = bloated();
    SECTION("little of it") {
        load.latency = risen_by(29ms);
    }
    SECTION("no more than it varies anyway") {
        load.latency = risen_by(50ms, 40ms);
    }
    SECTION("of others only: the load itself does not wait") {
        load.in_band = 1ms;
    }
    SECTION("or it is not known") {
        load.latency.reset();
    }
    CHECK_FALSE(found(load, Code::bufferbloat));
}

TEST_CASE("delay of others that the load does not share has no known reason", "[verdict]") {
    Load load = bloated();
    load.in_band = 1ms;
    load.path_lost = 0;
    const auto finding = found(load, Code::unknown);
    REQUIRE(finding);
    CHECK(finding->confidence == Confidence::low);
}

TEST_CASE("loss at flat delay behind a burst is a policer", "[verdict]") {
    const auto finding = found(policed(), Code::policer);
    REQUIRE(finding);
    CHECK(finding->confidence == Confidence::high);
    CHECK(finding->sentence ==
          "After 1.50 MB at up to 100 Mbit/s what exceeds 40.0 Mbit/s of IP is "
          "dropped, not queued.");
    for (const Code code : {Code::two_rate, Code::bufferbloat, Code::random_loss, Code::aqm,
                            Code::unknown, Code::lower_bound})
        CHECK_FALSE(found(policed(), code));
    SECTION("without a burst it is one probably: a small buffer looks alike") {
        Load load = policed();
        load.capacity->word = CapacityWord::ok;
        load.capacity->burst.reset();
        load.capacity->bucket_bytes.reset();
        CHECK(found(load, Code::policer)->confidence == Confidence::medium);
    }
    SECTION("a few drops of a host are not what has lost them") {
        Load load = policed();
        load.receiver.device_drops = load.sender.queue_drops = 9;
        CHECK(found(load, Code::policer));
        load.receiver.device_drops = 90'000;
        CHECK_FALSE(found(load, Code::policer));
    }
}

TEST_CASE("loss that has another reason is not a policer's", "[verdict]") {
    Load load = policed();
    SECTION("a queue stands") {
        load.in_band = 20ms;
    }
    SECTION("delay climbs for others") {
        load.latency = risen_by(100ms);
    }
    SECTION("the load's own delay is not known: its queue may be its own") {
        load.in_band.reset();
    }
    SECTION("the receiver dropped some") {
        load.socket_drops = 200;
    }
    SECTION("what the receiver dropped is not known") {
        load.socket_drops.reset();
    }
    SECTION("it loses as much at a low rate") {
        load.low_rate_loss = Share{.hits = 450, .trials = 5'000};
    }
    SECTION("hardly anything is lost") {
        load.capacity->excess_loss = 0.002;
        load.high_rate_loss = Share{.hits = 100, .trials = 50'000};
    }
    SECTION("the link is full") {
        load.wire = BitRate{990'000'000};
    }
    SECTION("the path was not full") {
        load.capacity->word = CapacityWord::lower_bound;
    }
    SECTION("there is no search to tell") {
        load.capacity.reset();
    }
    CHECK_FALSE(found(load, Code::policer));
}

TEST_CASE("marks of congestion come from a managed queue", "[verdict]") {
    Load load = test::sound_load();
    load.marks = {Mark{.sent = 2, .received = 2, .packets = 99'000},
                  Mark{.sent = 2, .received = 3, .packets = 1'000}};
    const auto finding = found(load, Code::aqm);
    REQUIRE(finding);
    CHECK(finding->confidence == Confidence::high);
    CHECK(finding->level == Level::good);
    SECTION("a few may be an accident") {
        load.marks = {Mark{.sent = 2, .received = 3, .packets = 9}};
        CHECK_FALSE(found(load, Code::aqm));
    }
    SECTION("all of them are more than a queue would mark") {
        load.marks = {Mark{.sent = 2, .received = 3, .packets = 100'000}};
        CHECK(found(load, Code::aqm)->confidence == Confidence::medium);
    }
    SECTION("those that were not sent as ECN-capable say nothing") {
        load.marks = {Mark{.sent = 3, .received = 3, .packets = 100'000}};
        CHECK_FALSE(found(load, Code::aqm));
    }
    SECTION("and not while others wait for it") {
        load.latency = risen_by(100ms);
        CHECK_FALSE(found(load, Code::aqm));
    }
}

TEST_CASE("whose queue it is must show beside the search and beside the overload", "[verdict]") {
    Load load = test::sound_load();
    load.in_band = 20ms;
    load.latency = risen_by(100us); // the overload met a token bucket that had filled again
    load.then = risen_by(19ms);
    CHECK_FALSE(has_flow_queueing(load));
    load.then = risen_by(200us);
    CHECK(has_flow_queueing(load) == true);
}

TEST_CASE("a load that others do not wait for is in a queue of its own", "[verdict]") {
    Load load = test::sound_load();
    load.in_band = 60ms;
    load.latency = risen_by(1ms);
    const auto finding = found(load, Code::aqm);
    REQUIRE(finding);
    CHECK(finding->confidence == Confidence::high);
    CHECK(has(finding->sentence, "queue of its own"));
    CHECK_FALSE(found(load, Code::policer));
    load.latency->idle_spread.reset();
    CHECK(found(load, Code::aqm)->confidence == Confidence::medium);
}

TEST_CASE("a short queue that drops is managed perhaps", "[verdict]") {
    Load load = test::sound_load();
    load.path_lost = 200;
    load.received = 99'800;
    CHECK(found(load, Code::aqm)->confidence == Confidence::low);
    CHECK(test::verdict_of(load).level == Level::good);
    CHECK_FALSE(found(load, Code::unknown));
    SECTION("without loss nothing shows it") {
        CHECK_FALSE(found(test::sound_load(), Code::aqm));
    }
}
