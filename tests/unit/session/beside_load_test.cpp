// What our own messages take of a path beside a load.
#include "check.hpp"
#include "session/beside_load.hpp"

using namespace wyn;
using namespace wyn::session;

TEST_CASE("what the control port moved while the load ran is a rate, headers and all",
          "[session]") {
    BesideLoad beside;
    PortSnapshot snapshot;
    snapshot.bytes_in = 10'000;
    snapshot.bytes_out = 20'000;
    beside.note(MonoTime{1s}, snapshot, 28);
    CHECK(beside.down_bps() == 0); // one reading is no rate
    snapshot.bytes_in += 5'000;
    snapshot.datagrams_in += 50;
    snapshot.bytes_out += 7'200;
    snapshot.datagrams_out += 100;
    beside.note(MonoTime{3s}, snapshot, 28);
    CHECK(beside.down_bps() == Approx((5'000 + 50 * 28) * 8 / 2.0));
    CHECK(beside.up_bps() == Approx((7'200 + 100 * 28) * 8 / 2.0));
    // The next load begins without the first one's.
    beside.begin();
    beside.note(MonoTime{9s}, snapshot, 28);
    CHECK(beside.down_bps() == 0);
}
