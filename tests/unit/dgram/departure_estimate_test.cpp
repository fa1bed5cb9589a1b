#include "check.hpp"
#include "dgram/departure_estimate.hpp"

using namespace wyn;
using dgram::DepartureEstimate;

namespace {

constexpr MonoTime start{1000s};

// What calls of this length, one after the other, leave as the estimate of the last.
Duration after(DepartureEstimate& estimate, Duration call, int count) {
    Duration last{};
    for (int i = 0; i < count; ++i)
        last = estimate.left(start, start + call) - start;
    return last;
}

} // namespace

TEST_CASE("a datagram leaves after a third of the call that sends it", "[dgram]") {
    DepartureEstimate estimate;
    CHECK(after(estimate, 10us, 1) == 3500ns);
    CHECK(after(estimate, 20us, 1) == 7us);
    CHECK(after(estimate, 4us, 1) == 1400ns);
    CHECK(after(estimate, 0us, 1) == 0ns);
    CHECK(after(estimate, -1us, 1) == 0ns); // a clock that goes backwards would be the kernel's bug
}

TEST_CASE("a call that took more than five usual ones lost the processor when it had sent",
          "[dgram]") {
    DepartureEstimate estimate;
    after(estimate, 10us, 100);
    const Duration interrupted = after(estimate, 5ms, 1);
    CHECK(interrupted > 16us);
    CHECK(interrupted < 20us);
    CHECK(after(estimate, 10us, 1) == 3500ns);
}

TEST_CASE("what is usual follows the calls, however long the first one was", "[dgram]") {
    DepartureEstimate estimate;
    after(estimate, 5ms, 1);
    after(estimate, 10us, 200);
    CHECK(after(estimate, 5ms, 1) < 20us);
    after(estimate, 200us, 200); // the path of a busy host
    CHECK(after(estimate, 200us, 1) == 70us);
}

TEST_CASE("calls that take no time do not make longer ones count for nothing", "[dgram]") {
    DepartureEstimate estimate;
    after(estimate, 0us, 1000);
    CHECK(after(estimate, 10us, 1) == 3500ns);
}
