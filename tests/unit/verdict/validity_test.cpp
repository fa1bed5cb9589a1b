#include "check.hpp"
#include "unit/verdict/loads.hpp"

using namespace wyn;
using namespace wyn::verdict;
using test::found;

namespace {

bool has(const std::string& text, std::string_view piece) {
    return text.find(piece) != std::string::npos;
}

Load bounded(wire::LimitedBy by) {
    Load load = test::sound_load();
    load.capacity.reset();
    load.limited_by = by;
    return load;
}

Evidence crowded() {
    Evidence evidence = test::probe_of(test::sound_load());
    evidence.other_sessions = 5;
    evidence.other_loads = 2;
    return evidence;
}

} // namespace

TEST_CASE("a search that says that the rate varies is believed", "[verdict]") {
    Load load = test::sound_load();
    CHECK_FALSE(found(load, Code::unstable));
    load.capacity->word = CapacityWord::unstable;
    load.capacity->half_width = BitRate{4'000'000};
    const auto finding = found(load, Code::unstable);
    REQUIRE(finding);
    CHECK(finding->confidence == Confidence::high);
    CHECK(has(finding->sentence, "within 4.00 Mbit/s"));
    // A sender that fills the path by fits and starts makes it look like that.
    load.skipped = 2'000;
    CHECK(found(load, Code::unstable)->confidence == Confidence::medium);
    CHECK(has(found(load, Code::unstable)->advice, "while this host has less to do"));
    load.skipped = 0;
    load.capacity->half_width.reset();
    CHECK(found(load, Code::unstable)->confidence == Confidence::medium);
    CHECK_FALSE(found(test::bare_load(), Code::unstable));
}

TEST_CASE("two rates are told with the bucket between them", "[verdict]") {
    Load load = test::sound_load();
    CHECK_FALSE(found(load, Code::two_rate));
    load.capacity->word = CapacityWord::two_rate;
    CHECK(found(load, Code::two_rate)->confidence == Confidence::medium);
    load.capacity->burst = BitRate{200'000'000};
    load.capacity->bucket_bytes = 10'000'000;
    const auto finding = found(load, Code::two_rate);
    CHECK(finding->confidence == Confidence::high);
    CHECK(finding->level == Level::good);
    CHECK(finding->sentence == "The upload runs at 200 Mbit/s of IP for the first 10.0 MB, then at "
                               "93.4 Mbit/s: a token bucket.");
}

TEST_CASE("a result that something else bounds is a lower bound", "[verdict]") {
    Load load = bounded(wire::LimitedBy::grant);
    load.granted = BitRate{100'000'000};
    CHECK(found(load, Code::lower_bound)->sentence ==
          "The path may carry more: the server grants 100 Mbit/s of payload.");
    CHECK(found(load, Code::lower_bound)->confidence == Confidence::high);
    CHECK(has(found(bounded(wire::LimitedBy::time), Code::lower_bound)->sentence, "in its time"));
    CHECK(has(found(bounded(wire::LimitedBy::volume), Code::lower_bound)->sentence, "volume"));
    load = test::sound_load();
    load.capacity->word = CapacityWord::lower_bound;
    CHECK(found(load, Code::lower_bound));
    load.capacity->word = CapacityWord::host_stalled;
    CHECK(found(load, Code::lower_bound)->confidence == Confidence::medium);
}

TEST_CASE("a result that the path bounds, or that was asked for, is no lower bound", "[verdict]") {
    CHECK_FALSE(found(test::sound_load(), Code::lower_bound));
    CHECK_FALSE(found(bounded(wire::LimitedBy::nothing), Code::lower_bound));
    CHECK_FALSE(found(bounded(wire::LimitedBy::breaker), Code::lower_bound));
    CHECK_FALSE(found(test::bare_load(), Code::lower_bound));
    Load load = test::sound_load();
    load.limited_by = wire::LimitedBy::grant; // which the path did not reach
    CHECK_FALSE(found(load, Code::lower_bound));
}

TEST_CASE("where the reason for a bound is found, the bound is not repeated", "[verdict]") {
    SECTION("the sender") {
        Load load = bounded(wire::LimitedBy::host);
        load.skipped = 5'000;
        load.sender.thread_busy = 0.97;
        CHECK(found(load, Code::sender_cpu));
        CHECK_FALSE(found(load, Code::lower_bound));
        load.sender.thread_busy = 0.2; // its processor it was not, but it was the host
        CHECK_FALSE(found(load, Code::sender_cpu));
        CHECK(found(load, Code::lower_bound));
    }
    SECTION("the link") {
        Load load = bounded(wire::LimitedBy::time);
        load.wire = BitRate{990'000'000};
        CHECK(found(load, Code::line_rate));
        CHECK_FALSE(found(load, Code::lower_bound));
    }
    SECTION("the receiver") {
        Load load = test::sound_load();
        load.capacity->word = CapacityWord::receiver_limited;
        load.socket_drops = 3'000;
        load.received = 97'000;
        CHECK(found(load, Code::receiver_socket));
        CHECK_FALSE(found(load, Code::lower_bound));
    }
}

TEST_CASE("loads of others on the server are told, and make the rest less sure", "[verdict]") {
    const auto finding = found(crowded(), Code::busy_server);
    REQUIRE(finding);
    CHECK(finding->confidence == Confidence::medium); // how much they moved is not known
    CHECK_FALSE(finding->direction.has_value());
    CHECK(finding->sentence == "The server ran 2 loads for others meanwhile.");
    SECTION("nothing about the path is sure then") {
        Evidence evidence = crowded();
        evidence.up->latency = test::risen_by(100ms);
        evidence.up->in_band = 100ms;
        CHECK(found(evidence, Code::bufferbloat)->confidence == Confidence::medium);
    }
}

TEST_CASE("sessions at rest disturb nobody", "[verdict]") {
    Evidence evidence = crowded();
    SECTION("at rest") {
        evidence.other_loads = 0;
    }
    SECTION("not known") {
        evidence.other_loads.reset();
    }
    SECTION("nothing of ours was loaded") {
        evidence.up.reset();
    }
    CHECK_FALSE(found(evidence, Code::busy_server));
}

TEST_CASE("a clock that is set during a probe is told", "[verdict]") {
    Evidence evidence = test::probe_of(test::sound_load());
    CHECK_FALSE(found(evidence, Code::clock_step));
    evidence.clock_steps = 1;
    CHECK(found(evidence, Code::clock_step)->confidence == Confidence::medium);
    evidence.clock_steps = 0;
    CHECK_FALSE(found(evidence, Code::clock_step));
}
