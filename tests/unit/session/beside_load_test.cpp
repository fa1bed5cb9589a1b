// What our own messages take of a path beside a load.
#include "check.hpp"
#include "session/beside_load.hpp"

using namespace wyn;
using namespace wyn::session;

TEST_CASE("what the ports without a load moved while the load ran is a rate, headers and all",
          "[session]") {
    BesideLoad beside;
    PortSnapshot snapshot;
    PortSnapshot other;
    other.bytes_in = 500;
    snapshot.bytes_in = 10'000;
    snapshot.bytes_out = 20'000;
    beside.note(MonoTime{1s}, snapshot, other, 28);
    CHECK(beside.down_bps() == 0); // one reading is no rate
    snapshot.bytes_in += 5'000;
    snapshot.datagrams_in += 50;
    snapshot.bytes_out += 7'200;
    snapshot.datagrams_out += 100;
    other.bytes_in += 800;
    other.datagrams_in += 8;
    other.bytes_out += 1'600;
    other.datagrams_out += 16;
    beside.note(MonoTime{3s}, snapshot, other, 28);
    CHECK(beside.down_bps() == Approx((5'800 + 58 * 28) * 8 / 2.0));
    CHECK(beside.up_bps() == Approx((8'800 + 116 * 28) * 8 / 2.0));
    // The next load begins without the first one's.
    beside.begin();
    beside.note(MonoTime{9s}, snapshot, other, 28);
    CHECK(beside.down_bps() == 0);
}

TEST_CASE("a queue lets through what goes beside a load in the proportion in which both come",
          "[session]") {
    CHECK(through_full_path(50e3, 0) == 50e3); // nobody knows
    CHECK(through_full_path(50e3, 1'000'000) == 50e3);
    // The line is at 1 Mbit/s, 1120 + 50 kbit/s come, and the load gets 957.3 kbit/s of it.
    CHECK(957'265 + through_full_path(50e3, 1'170'000) == Approx(1e6));
    CHECK(through_full_path(50e3, 1) == 500e3); // no path does that
}

TEST_CASE("the beats on the loaded port are known without counting", "[session]") {
    CHECK(beats_bps(wire::Direction::up, 250ms, 28) == Approx(2 * (96 + 28) * 8 * 4));
    CHECK(beats_bps(wire::Direction::down, 250ms, 28) == Approx((96 + 28) * 8 * 4));
    CHECK(beats_bps(wire::Direction::down, 0s, 28) == 0);
}
