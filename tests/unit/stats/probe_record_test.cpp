#include "check.hpp"
#include "stats/probe_record.hpp"

using namespace wyn;

TEST_CASE("a probe's round trip leaves out the time that the server held it", "[stats]") {
    constexpr Duration offset = 5s; // the server's clock is ahead
    const MonoTime start{100s};
    const stats::ProbeRecord probe{
        .fate = stats::ProbeFate::returned,
        .sent = {start, StampOrigin::kernel},
        .far_received = {start + 3ms + offset, StampOrigin::kernel},
        .far_sent = {start + 10ms + offset, StampOrigin::user},
        .received = {start + 14ms, StampOrigin::kernel},
    };
    CHECK(probe.rtt() == 7ms);
    CHECK(probe.there() == 3ms + offset);
    CHECK(probe.back() == 4ms - offset);
    CHECK(probe.there() + probe.back() == probe.rtt());
    CHECK(probe.kernel_stamps() == 3);
}
