#include "check.hpp"
#include "session/latency_phases.hpp"

using namespace wyn;
using namespace wyn::session;
using stats::ProbeFate;

namespace {

constexpr MonoTime start{1000s};

stats::ProbeRecord record(MonoTime handed, ProbeFate fate, Duration rtt = 0s) {
    stats::ProbeRecord made{.fate = fate, .handed = handed};
    made.sent = {handed, StampOrigin::kernel};
    made.far_received = made.far_sent = {start, StampOrigin::kernel};
    made.received = {handed + rtt, StampOrigin::kernel};
    return made;
}

LatencyNews news_of(std::initializer_list<stats::ProbeRecord> records, bool over = false) {
    LatencyNews news{.over = over};
    for (const stats::ProbeRecord& one : records)
        news.records[news.count++] = one;
    return news;
}

} // namespace

TEST_CASE("a probe belongs to the phase in which it was sent, whenever its fate is known",
          "[session]") {
    LatencyPhases phases;
    LatencyResult loaded;
    phases.on_news(news_of({record(start + 1s, ProbeFate::returned, 5ms), // before the load
                            record(start + 2s, ProbeFate::returned, 30ms)}));
    phases.keep(loaded, start + 2s, start + 3s);
    phases.on_news(news_of({record(start + 2500ms, ProbeFate::returned, 40ms),
                            record(start + 3s, ProbeFate::lost_back),
                            record(start + 4s, ProbeFate::returned, 6ms)})); // behind it
    phases.keep(loaded, start + 2s, start + 3s);
    CHECK(loaded.probes_sent == 3);
    CHECK(loaded.probes_arrived == 3);
    CHECK(loaded.echoes_received == 2);
    CHECK(loaded.rtt.count() == 2);
    CHECK(loaded.rtt.min() == 30ms);
    CHECK(phases.newest_rtt() == 6ms);
    LatencyResult next;
    phases.keep(next, start + 3500ms, never);
    CHECK(next.probes_sent == 1);
}

TEST_CASE("a phase counts each fate by itself", "[session]") {
    LatencyPhases phases;
    stats::ProbeRecord unstamped = record(start + 1s, ProbeFate::returned, 5ms);
    unstamped.far_sent.origin = StampOrigin::user;
    phases.on_news(
        news_of({unstamped, record(start + 1s, ProbeFate::lost_there),
                 record(start + 1s, ProbeFate::lost_there),
                 record(start + 1s, ProbeFate::lost_back), record(start + 1s, ProbeFate::lost),
                 record(start + 1s, ProbeFate::returned, -1ms)})); // a liar's
    LatencyResult result;
    phases.keep(result, start, never);
    CHECK(result.probes_sent == 6);
    CHECK(result.probes_arrived == 3);
    CHECK(result.echoes_received == 2);
    CHECK(result.lost_unknown == 1);
    CHECK(result.stamps_missing == 1);
    CHECK(result.rtt.count() == 1);
}

TEST_CASE("a phase is over when its prober says so", "[session]") {
    LatencyPhases phases;
    CHECK(phases.over()); // nothing was ever begun
    phases.begin();
    CHECK_FALSE(phases.over());
    phases.on_news(news_of({record(start, ProbeFate::returned, 1ms)}));
    CHECK_FALSE(phases.over());
    phases.on_news(news_of({}, true));
    CHECK(phases.over());
}
