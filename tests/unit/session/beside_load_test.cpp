// What our own messages take of a path beside a load.
#include "check.hpp"
#include "session/beside_load.hpp"

#include <array>

using namespace wyn;
using namespace wyn::session;

TEST_CASE("what all ports moved but for bulk while the load ran is a rate, headers and all",
          "[session]") {
    BesideLoad beside;
    std::array<PortSnapshot, 3> ports;
    auto& [control, upload, download] = ports;
    upload.message_bytes_in = 500;
    control.message_bytes_in = 10'000;
    control.message_bytes_out = 20'000;
    beside.note(MonoTime{1s}, ports, 28);
    CHECK(beside.down_bps() == 0); // one reading is no rate
    control.message_bytes_in += 5'000;
    control.messages_in += 50;
    control.message_bytes_out += 7'200;
    control.messages_out += 100;
    upload.message_bytes_in += 800;
    upload.messages_in += 8;
    upload.message_bytes_out += 1'600;
    upload.messages_out += 16;
    download.bytes_in += 1'000'000; // the load
    download.datagrams_in += 1'000;
    download.message_bytes_out += 960;
    download.messages_out += 10;
    beside.note(MonoTime{3s}, ports, 28);
    CHECK(beside.down_bps() == Approx((5'800 + 58 * 28) * 8 / 2.0));
    CHECK(beside.up_bps() == Approx((9'760 + 126 * 28) * 8 / 2.0));
    // The next load begins without the first one's.
    beside.begin();
    beside.note(MonoTime{9s}, ports, 28);
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
