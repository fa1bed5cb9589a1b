// The storm: hundreds of worlds drawn from seeds, all promises checked in each.
//
//   storm [SEEDS]           runs the seeds 1 to SEEDS (2000 when not given)
//   WYN_SIM_SEEDS=N storm   runs that many instead
//   WYN_SIM_SEED=S storm    runs one, and prints what it stands for
//
// A seed that fails is printed with the broken promise and the command that runs it again.
#include "sim/storm_run.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

using namespace wyn;
using namespace wyn::sim;

namespace {

constexpr std::uint64_t usual_seeds = 2000;
// These seeds are run twice: the same seed must give the same run.
constexpr std::uint64_t every_run_twice = 100;

// Every one of these must have happened in a run of the usual number of seeds: a storm that does
// not blow proves nothing.
constexpr std::array expected{"datagram: lost",
                              "datagram: lost in a burst",
                              "datagram: queue full",
                              "datagram: dropped by AQM",
                              "datagram: policed",
                              "datagram: too big",
                              "datagram: partitioned",
                              "datagram: filtered",
                              "datagram: no host",
                              "datagram: no socket",
                              "datagram: socket full",
                              "datagram: duplicated",
                              "datagram: held back",
                              "datagram: damaged",
                              "datagram: jittered",
                              "datagram: waited in a queue",
                              "send refused",
                              "send blocked",
                              "trains coalesced",
                              "client killed",
                              "client interrupted",
                              "client stalled",
                              "client: path cut",
                              "client: mute",
                              "client: sends too much",
                              "client: calm",
                              "client: late wake-ups",
                              "client: no kernel stamps",
                              "client: lies, all received",
                              "client: lies, from the future",
                              "client: lies, guessed receipt",
                              "client: lies, only the first",
                              "client: wanders, other address",
                              "client: wanders, other port",
                              "client: wanders, blind echo",
                              "attack: flood in others' names",
                              "attack: replay",
                              "attack: replay in others' names",
                              "attack: mirror",
                              "attack: mirror in others' names",
                              "attack: forgery in others' names",
                              "port killed",
                              "port hung",
                              "connection killed",
                              "workers refused",
                              "shut down",
                              "crashed",
                              "server stalled",
                              "send trouble",
                              "unreachable told",
                              "server begins late",
                              "ports taken by others",
                              "IPv6",
                              "unanswered",
                              "refused: busy",
                              "refused: per_address",
                              "refused: rate_budget",
                              "refused: not_authorised",
                              "refused: shutting_down",
                              "refused: anonymous",
                              "refused: no_ports",
                              "refused: no_worker",
                              "ended: completed",
                              "ended: interrupted",
                              "ended: peer_silent",
                              "ended: half_open",
                              "ended: worker_failed",
                              "ended: shutting_down",
                              "ended at the server: completed",
                              "ended at the server: peer_silent",
                              "ended at the server: half_open",
                              "ended at the server: rate_exceeded",
                              "ended at the server: worker_failed"};

std::optional<std::uint64_t> number_in(const char* text) {
    if (text == nullptr || *text == '\0') return std::nullopt;
    char* end = nullptr;
    const std::uint64_t number = std::strtoull(text, &end, 10);
    return *end == '\0' ? std::optional{number} : std::nullopt;
}

// True when all went well; otherwise says what did not.
bool weather(std::uint64_t seed, const char* program, Tally& tally, StormOutcome& sum) {
    const StormPlan plan = draw_plan(seed);
    StormOutcome outcome = run_storm(plan);
    if (seed % every_run_twice == 0 && run_storm(plan).trace != outcome.trace)
        outcome.complaints.add(15, SimTime{}, "the same seed gave two different runs");
    tally.add_all(outcome.tally);
    sum.events += outcome.events;
    sum.datagrams += outcome.datagrams;
    if (outcome.complaints.none()) return true;
    fmt::print("seed {} broke a promise:\n{}{}repeat: WYN_SIM_SEED={} {}\n\n", seed,
               outcome.complaints.text(), describe(plan), seed, program);
    return false;
}

int run_one(std::uint64_t seed, const char* program) {
    fmt::print("seed {}:\n{}", seed, describe(draw_plan(seed)));
    Tally tally;
    StormOutcome sum;
    const bool good = weather(seed, program, tally, sum);
    for (const auto& [what, times] : tally.counts())
        if (times > 0) fmt::print("{:>10}  {}\n", times, what);
    fmt::print("{}\n", good ? "no promise was broken" : "a promise was broken");
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run_many(std::uint64_t seeds, const char* program) {
    Tally tally;
    StormOutcome sum;
    std::uint64_t failed = 0;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed)
        failed += weather(seed, program, tally, sum) ? 0U : 1U;
    for (const auto& [what, times] : tally.counts())
        fmt::print("{:>10}  {}\n", times, what);
    fmt::print("{} seeds, {} events, {} datagrams, {} seeds failed\n", seeds, sum.events,
               sum.datagrams, failed);
    bool blew = true;
    for (const char* const what : expected)
        if (const auto met = tally.counts().find(what);
            seeds >= usual_seeds && (met == tally.counts().end() || met->second == 0)) {
            fmt::print("never met: {}\n", what);
            blew = false;
        }
    return failed == 0 && blew ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace

int main(int argc, char** argv) {
    // NOLINTBEGIN(concurrency-mt-unsafe): there is one thread
    const auto one = number_in(std::getenv("WYN_SIM_SEED"));
    const auto many = number_in(std::getenv("WYN_SIM_SEEDS"));
    // NOLINTEND(concurrency-mt-unsafe)
    if (one) return run_one(*one, argv[0]);
    const auto given = argc > 1 ? number_in(argv[1]) : std::nullopt;
    return run_many(many.value_or(given.value_or(usual_seeds)), argv[0]);
}
