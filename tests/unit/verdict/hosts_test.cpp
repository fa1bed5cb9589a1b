#include "check.hpp"
#include "unit/verdict/loads.hpp"

#include <algorithm>

using namespace wyn;
using namespace wyn::verdict;
using test::found;

namespace {

bool has(const std::string& text, std::string_view piece) {
    return text.find(piece) != std::string::npos;
}

// A sender that skipped one in twenty.
Load short_load() {
    Load load = test::sound_load();
    load.capacity.reset();
    load.limited_by = wire::LimitedBy::host;
    load.skipped = 5'000;
    load.packets_offered = load.received = 95'000;
    load.sender.thread_busy = 0.97;
    return load;
}

Load overflowing_load() {
    Load load = test::sound_load();
    load.received = 91'900;
    load.socket_drops = 8'100;
    return load;
}

} // namespace

TEST_CASE("a busy sender that skips datagrams is the limit", "[verdict]") {
    const auto finding = found(short_load(), Code::sender_cpu);
    REQUIRE(finding);
    CHECK(finding->confidence == Confidence::high);
    CHECK(finding->direction == wire::Direction::up);
    CHECK(finding->sentence == "This host was too busy to send 5000 of 100000 datagrams in time. "
                               "The path may carry more.");
    CHECK(has(finding->advice, "-P 4"));
    SECTION("of a download that is the server") {
        Load load = short_load();
        load.direction = wire::Direction::down;
        CHECK(has(found(load, Code::sender_cpu)->sentence, "The server was too busy"));
    }
}

TEST_CASE("a sender whose processor is not known is the limit probably", "[verdict]") {
    Load load = short_load();
    load.sender.thread_busy.reset();
    CHECK(found(load, Code::sender_cpu)->confidence == Confidence::medium);
    SECTION("a search that says so is enough") {
        load.skipped = 0;
        load.capacity = Capacity{.word = CapacityWord::sender_limited};
        CHECK(found(load, Code::sender_cpu)->confidence == Confidence::medium);
    }
    SECTION("one stall is perhaps no more than that") {
        load.skipped = 1'000;
        load.packets_offered = load.received = 99'000;
        CHECK_FALSE(found(load, Code::sender_cpu)); // that the search was bounded is surer
        CHECK(found(load, Code::lower_bound));
        load.kind = LoadKind::fixed;
        CHECK(found(load, Code::sender_cpu)->confidence == Confidence::low);
        CHECK_FALSE(found(load, Code::lower_bound));
        CHECK(test::verdict_of(load).level == Level::good);
    }
    SECTION("a stolen processor is a short one") {
        load.sender.steal = 0.2;
        const auto finding = found(load, Code::sender_cpu);
        CHECK(finding->confidence == Confidence::high);
        CHECK(has(finding->advice, "need not share"));
    }
}

TEST_CASE("a sender is not blamed for a processor that has time to spare", "[verdict]") {
    Load load = short_load();
    load.sender.thread_busy = 0.4;
    CHECK_FALSE(found(load, Code::sender_cpu));
}

TEST_CASE("a sender that spins is busy for no reason", "[verdict]") {
    Load load = short_load();
    load.pacing = wire::Pacing::precise;
    CHECK(found(load, Code::sender_cpu)->confidence == Confidence::medium);
    SECTION("unless its trains are late as well") {
        load.lateness_p99 = 3ms;
        CHECK(found(load, Code::sender_cpu)->confidence == Confidence::high);
    }
    SECTION("and without a shortage it is no finding") {
        load = test::sound_load();
        load.pacing = wire::Pacing::precise;
        load.sender.thread_busy = 1.0;
        CHECK_FALSE(found(load, Code::sender_cpu));
    }
}

TEST_CASE("a sender that is held back by its queue or a full path is not too slow", "[verdict]") {
    Load load = short_load();
    SECTION("by its queue") {
        load.limited_by = wire::LimitedBy::stack;
    }
    SECTION("by refusals") {
        load.refused = 500;
        load.received = 94'500;
    }
    SECTION("by a path that was proven to be full") {
        load.capacity = test::sound_load().capacity;
    }
    SECTION("a few skipped datagrams are nobody's limit") {
        load.skipped = 100;
    }
    CHECK_FALSE(found(load, Code::sender_cpu));
}

TEST_CASE("an unpaced sender whose load arrives is as fast as it can be", "[verdict]") {
    Load load = short_load();
    load.kind = LoadKind::unpaced;
    load.skipped = 0;
    const auto finding = found(load, Code::sender_cpu);
    REQUIRE(finding);
    CHECK(finding->level == Level::good);
    CHECK(has(finding->sentence, "as fast as it could"));
    SECTION("not when the path or the receiver lost some") {
        SECTION("the path") {
            load.path_lost = 1'000;
        }
        SECTION("the receiver") {
            load.socket_drops = 1'000;
        }
        load.received = 94'000;
        CHECK_FALSE(found(load, Code::sender_cpu));
    }
    SECTION("nor when nobody knows what was lost") {
        load.path_lost.reset();
        CHECK_FALSE(found(load, Code::sender_cpu));
    }
}

TEST_CASE("a queue that refuses datagrams is the sender's own", "[verdict]") {
    Load load = test::sound_load();
    load.refused = 2'000;
    load.received = 98'000;
    const auto finding = found(load, Code::sender_queue);
    REQUIRE(finding);
    CHECK(finding->confidence == Confidence::high);
    CHECK(has(finding->sentence, "This host's own queue refused 2000 of 100000 datagrams"));
    CHECK(finding->advice.starts_with("On this host: tc -s qdisc"));
    SECTION("a few refusals are no finding") {
        load.refused = 20;
        CHECK_FALSE(found(load, Code::sender_queue));
    }
    SECTION("a queue that only made the load wait is one probably") {
        load.refused = 0;
        load.limited_by = wire::LimitedBy::stack;
        CHECK(found(load, Code::sender_queue)->confidence == Confidence::medium);
        load.path_lost = 1'000; // another one was full, too
        CHECK(found(load, Code::sender_queue)->confidence == Confidence::low);
    }
    SECTION("drops of the whole host may be those of others") {
        load.refused = 0;
        load.sender.queue_drops = 1'500;
        CHECK(found(load, Code::sender_queue)->confidence == Confidence::medium);
        load.sender.queue_drops = 15;
        CHECK_FALSE(found(load, Code::sender_queue));
        load.sender.device_drops = 1'500; // below its queueing discipline
        CHECK(found(load, Code::sender_queue)->confidence == Confidence::medium);
    }
}

TEST_CASE("what the receiving socket dropped is never the path's", "[verdict]") {
    const auto finding = found(overflowing_load(), Code::receiver_socket);
    REQUIRE(finding);
    CHECK(finding->confidence == Confidence::high);
    CHECK(finding->level == Level::bad);
    CHECK(finding->sentence ==
          "The server itself dropped 8100 of the 100000 datagrams that reached "
          "it: its socket was full. The path lost 0.");
    for (const Code code : {Code::random_loss, Code::policer, Code::aqm, Code::unknown})
        CHECK_FALSE(found(overflowing_load(), code));

    SECTION("a buffer that is smaller than wanted can be raised") {
        Load load = overflowing_load();
        load.receive_buffer_bytes = 425'984;
        CHECK(found(load, Code::receiver_socket)->advice ==
              "On the server: sysctl net.core.rmem_max=16777216");
    }
    SECTION("few drops are told and alarm nobody") {
        Load load = test::sound_load();
        load.socket_drops = 5;
        CHECK(found(load, Code::receiver_socket)->level == Level::good);
        CHECK(test::verdict_of(load).level == Level::good);
    }
    SECTION("no drops, no finding") {
        CHECK_FALSE(found(test::sound_load(), Code::receiver_socket));
        Load load = test::sound_load();
        load.socket_drops.reset();
        CHECK_FALSE(found(load, Code::receiver_socket));
        load.capacity->word = CapacityWord::receiver_limited;
        CHECK(found(load, Code::receiver_socket)->confidence == Confidence::medium);
    }
}

TEST_CASE("a receiver that is busy and drops is too slow", "[verdict]") {
    Load load = overflowing_load();
    CHECK_FALSE(found(load, Code::receiver_cpu)); // it had time to spare: the buffer was too small
    SECTION("by its thread") {
        load.receiver.thread_busy = 0.95;
    }
    SECTION("by its thread and by others that had its core") {
        load.receiver.thread_busy = 0.5;
        load.receiver.thread_kept_waiting = 0.45;
    }
    SECTION("by others on the same machine") {
        load.receiver.steal = 0.3;
    }
    const bool busy = load.receiver.thread_busy > 0.4 || load.receiver.steal > 0.0;
    if (busy) CHECK(found(load, Code::receiver_cpu)->confidence == Confidence::high);
}

TEST_CASE("a core of the receiver that is busy may be another one than the thread's", "[verdict]") {
    Load load = overflowing_load();
    load.receiver.core_busy = 0.95;
    CHECK_FALSE(found(load, Code::receiver_cpu)); // the thread had no need to wait
    load.receiver.thread_kept_waiting.reset();
    CHECK(found(load, Code::receiver_cpu)->confidence == Confidence::medium);
}

TEST_CASE("a thread that others keep from its core is advised to be alone", "[verdict]") {
    Load load = overflowing_load();
    load.receiver.thread_busy = 0.5;
    load.receiver.thread_kept_waiting = 0.45;
    CHECK(has(found(load, Code::receiver_cpu)->advice, "a core of its own"));
    load = short_load();
    load.sender.thread_busy = 0.5;
    CHECK_FALSE(found(load, Code::sender_cpu));
    load.sender.thread_kept_waiting = 0.45;
    CHECK(found(load, Code::sender_cpu)->confidence == Confidence::high);
    CHECK(has(found(load, Code::sender_cpu)->advice, "a core of its own"));
}

TEST_CASE("a socket that was full because its host was busy is told of once", "[verdict]") {
    Load load = overflowing_load();
    load.receiver.thread_busy = 0.95;
    load.direction = wire::Direction::down;
    const auto verdict = judge({.idle_rtt = 10ms, .down = load});
    REQUIRE(verdict);
    const auto is = [](Code code) {
        return [code](const Finding& finding) { return finding.code == code; };
    };
    CHECK(std::ranges::none_of(verdict->findings, is(Code::receiver_socket)));
    REQUIRE(std::ranges::any_of(verdict->findings, is(Code::receiver_cpu)));
    CHECK(found(load, Code::receiver_cpu)->sentence.find("Its socket dropped") !=
          std::string::npos);
    CHECK(found(load, Code::receiver_cpu)->level == Level::bad);
}

TEST_CASE("a receiver that is busy and drops nothing has done its work", "[verdict]") {
    Load load = test::sound_load();
    load.receiver.thread_busy = load.receiver.core_busy = 1.0;
    CHECK_FALSE(found(load, Code::receiver_cpu));
}

TEST_CASE("drops of the receiver's device are its own probably", "[verdict]") {
    Load load = test::sound_load();
    load.path_lost = 1'000; // so they look from outside
    load.received = 99'000;
    load.receiver.device_drops = 900;
    CHECK(found(load, Code::receiver_cpu)->confidence == Confidence::medium);
    CHECK_FALSE(found(load, Code::random_loss));
    load.receiver.device_drops = 9; // of somebody
    CHECK_FALSE(found(load, Code::receiver_cpu));
}

TEST_CASE("a backlog that overflows is a receiver without time", "[verdict]") {
    Load load = test::sound_load();
    load.path_lost = 1'000;
    load.received = 99'000;
    load.receiver.backlog_drops = 900;
    const auto finding = found(load, Code::receiver_cpu);
    REQUIRE(finding);
    CHECK(finding->confidence == Confidence::medium);
    CHECK(finding->sentence ==
          "The server was too busy to take in what arrived. The path may carry more.");
    CHECK_FALSE(found(load, Code::random_loss));
}
