#include "check.hpp"
#include "stats/host_noise.hpp"

using namespace wyn;
using stats::HostNoise;
using stats::ProbeFate;
using stats::ProbeRecord;

namespace {

constexpr MonoTime start{1000s};

ProbeRecord returned() {
    ProbeRecord record{.fate = ProbeFate::returned, .planned = start, .handed = start + 40us};
    record.sent = {start + 43us, StampOrigin::kernel};
    record.far_received = {start + 5s, StampOrigin::kernel};
    record.far_handed = start + 5s + 25us;
    record.far_sent = {start + 5s + 29us, StampOrigin::kernel};
    record.received = {start + 10ms, StampOrigin::kernel};
    record.read = start + 10ms + 60us;
    return record;
}

} // namespace

TEST_CASE("each host's share of a probe is counted by itself", "[stats]") {
    HostNoise noise;
    noise.add(returned());
    CHECK(noise.schedule_lag.max() == 40us);
    CHECK(noise.stack_time.max() == 3us);
    CHECK(noise.far_stack_time.max() == 4us);
    CHECK(noise.read_lag.max() == 60us);
    CHECK(noise.far_turnaround.max() == 25us);
}

TEST_CASE("what the kernel has not stamped says nothing about the host", "[stats]") {
    HostNoise noise;
    ProbeRecord record = returned();
    for (Stamp* stamp : {&record.sent, &record.far_received, &record.far_sent, &record.received})
        stamp->origin = StampOrigin::user;
    noise.add(record);
    CHECK(noise.schedule_lag.count() == 1);
    CHECK(noise.stack_time.count() == 0);
    CHECK(noise.far_stack_time.count() == 0);
    CHECK(noise.read_lag.count() == 0);
    CHECK(noise.far_turnaround.count() == 0);
}

TEST_CASE("a probe that was lost still tells how it left", "[stats]") {
    HostNoise noise;
    ProbeRecord record = returned();
    record.fate = ProbeFate::lost_there;
    noise.add(record);
    CHECK(noise.schedule_lag.count() == 1);
    CHECK(noise.stack_time.count() == 1);
    CHECK(noise.read_lag.count() == 0);
}

TEST_CASE("the noise of several flows is that of all their probes", "[stats]") {
    HostNoise one;
    HostNoise other;
    one.add(returned());
    other.add(returned());
    one.merge(other);
    CHECK(one.schedule_lag.count() == 2);
    CHECK(one.far_turnaround.count() == 2);
}
