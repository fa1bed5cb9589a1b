// Many clients in one process and one loop: what a daemon does when many ask at once, without as
// many client processes eating the machine that is measured. Contact, session and probes are the
// client's own; only the crowd is ours.
#include "clock/system_clock.hpp"
#include "crypto/primitives.hpp"
#include "ctl/contact.hpp"
#include "ctl/probe_runner.hpp"
#include "net/resolve.hpp"
#include "rt/rlimit.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <map>
#include <string>
#include <vector>

namespace {

using namespace wyn;

struct Crowd {
    std::string server = "127.0.0.1";
    std::uint16_t port = 6711;
    std::size_t clients = 200;
    Duration interval = 10ms; // between two probes of a client
    Duration spacing = 2ms;   // between the starts of two clients
    Duration together = 5s;   // from the last client's start to the first one's end
    Duration stay = 0s;       // how long each one probes; 0: until all have been there together
};

// A probe may leave so much later than it should: no matter for its round trip, and much for the
// daemon, which would wake this process for each single answer. Clients on other hosts cost it no
// wake-up.
constexpr Duration timer_slack = 1ms;
// Nobody looks at a display here, and a thousand of them would be most of the work.
constexpr Duration snapshot_interval = 1s;

// One client. It has failed when there is no session, or its result is not complete.
struct Member {
    std::unique_ptr<ctl::Contact> contact;
    std::unique_ptr<ctl::ProbeRunner> runner;
    Duration probing{}; // how long it is to send probes
    std::string failure;
    bool over = false;
};

class Swarm {
public:
    explicit Swarm(const Crowd& crowd) : crowd_{crowd}, members_(crowd.clients) {}

    Result<void> run() {
        if (auto raised = rt::raise_descriptor_limit(); !raised) return pass_on(raised);
        auto servers = net::resolve(crowd_.server, crowd_.port, net::Family::any);
        if (!servers) return pass_on(servers);
        servers_ = std::move(*servers);
        auto loop = rt::Loop::create();
        if (!loop) return pass_on(loop);
        loop_ = std::move(*loop);
        loop_->set_timer_slack(timer_slack);
        timer_ = loop_->add_timer([this] { start_next(); });
        timer_.arm(mono_now());
        const auto turned = loop_->run();
        return turned ? Result<void>{} : std::unexpected{turned.error()};
    }

    nlohmann::ordered_json report() const {
        session::LatencyResult all;
        std::map<std::string, std::size_t> failures;
        Duration probing{};
        for (const Member& member : members_) {
            probing += member.probing;
            if (!member.failure.empty()) ++failures[member.failure];
            if (!member.runner || !member.runner->result().idle) continue;
            const session::LatencyResult& one = *member.runner->result().idle;
            all.rtt.merge(one.rtt);
            all.probes_sent += one.probes_sent;
            all.probes_arrived += one.probes_arrived;
            all.echoes_received += one.echoes_received;
            all.stamps_missing += one.stamps_missing;
        }
        return {{"clients", crowd_.clients},
                {"failures", failures},
                {"probes_due", probing / crowd_.interval},
                {"probes_sent", all.probes_sent},
                {"lost_there", all.probes_sent - all.probes_arrived},
                {"lost_back", all.probes_arrived - all.echoes_received},
                {"stamps_missing", all.stamps_missing},
                {"rtt_us",
                 {{"p50", microseconds(all.rtt.quantile(0.5))},
                  {"p99", microseconds(all.rtt.quantile(0.99))},
                  {"max", microseconds(all.rtt.max())}}}};
    }

private:
    static nlohmann::ordered_json microseconds(const std::optional<Duration>& time) {
        return time ? nlohmann::ordered_json(to_seconds(*time) * 1e6) : nullptr;
    }

    void start_next() {
        Member& member = members_[started_];
        auto contact = ctl::Contact::begin(
            *loop_, {.servers = servers_, .host = crowd_.server, .wishes = {.duration = 1s}},
            [this, &member](ctl::Contact::Outcome outcome) { on_contact(member, outcome); });
        if (contact)
            member.contact = std::move(*contact);
        else
            finish(member, contact.error().what());
        if (++started_ < members_.size()) timer_.arm(mono_now() + crowd_.spacing);
    }

    void on_contact(Member& member, const ctl::Contact::Outcome& outcome) {
        if (const auto* failure = std::get_if<ctl::Failure>(&outcome))
            return finish(member, failure->reason);
        const auto index = static_cast<Duration::rep>(&member - members_.data());
        const auto left = static_cast<Duration::rep>(members_.size()) - index;
        member.probing =
            crowd_.stay > Duration::zero() ? crowd_.stay : crowd_.together + left * crowd_.spacing;
        const session::ProbePlan plan{.directions = {},
                                      .idle_time = member.probing,
                                      .idle_interval = crowd_.interval,
                                      .seed = static_cast<std::uint64_t>(index)};
        auto runner = ctl::ProbeRunner::begin(
            *loop_, {.plan = plan, .ports = {.snapshot_interval = snapshot_interval}},
            std::get<ctl::Contacted>(outcome), {.on_done = [this, &member] { on_done(member); }});
        if (!runner) return finish(member, runner.error().what());
        member.runner = std::move(*runner);
        settle();
    }

    // One more client is as open as it gets.
    void settle() {
        if (++settled_ < members_.size()) return;
        fmt::print("all are open\n"); // whoever watches the daemon begins now
        std::fflush(stdout);
    }

    void on_done(Member& member) {
        const wire::End end = member.runner->result().end;
        finish(member, end == wire::End::completed
                           ? ""
                           : fmt::format("session ended: {}", wire::name(end)));
    }

    void finish(Member& member, std::string failure) {
        if (std::exchange(member.over, true)) return;
        member.failure = std::move(failure);
        if (!member.runner) settle();
        if (++over_ == members_.size()) loop_->exit(0);
    }

    Crowd crowd_;
    std::vector<dgram::Endpoint> servers_;
    std::unique_ptr<rt::Loop> loop_;
    rt::Timer timer_;
    std::vector<Member> members_; // its size never changes: callbacks hold references
    std::size_t started_ = 0;
    std::size_t settled_ = 0; // open, or failed to be
    std::size_t over_ = 0;
};

// CLI11 conversions: a time as the other programs take it.
CLI::Option* add_time(CLI::App& app, const std::string& name, Duration& into,
                      const std::string& text) {
    return app.add_option_function<std::string>(
        name,
        [&into](const std::string& word) {
            const auto ns = parse_duration_ns(word);
            if (!ns) throw CLI::ValidationError(ns.error().what());
            into = Duration{*ns};
        },
        text);
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"Many clients of one daemon, which send latency probes and nothing else."};
    Crowd crowd;
    app.add_option("HOST", crowd.server, "the daemon's host (127.0.0.1)");
    app.add_option("-p", crowd.port, "its port (6711)");
    app.add_option("--clients", crowd.clients, "how many (200)")->check(CLI::Range(1, 4096));
    add_time(app, "--interval", crowd.interval, "between two probes of a client (10ms)");
    add_time(app, "--spacing", crowd.spacing, "between the starts of two clients (2ms)");
    add_time(app, "--seconds", crowd.together, "how long all of them are there (5)");
    add_time(app, "--stay", crowd.stay, "how long each one is there, whatever the others do");
    CLI11_PARSE(app, argc, argv);
    if (crowd.interval <= Duration::zero()) {
        fmt::print(stderr, "swarm: --interval must be longer than 0\n");
        return 1;
    }
    if (const auto usable = crypto::self_test(); !usable) {
        fmt::print(stderr, "swarm: {}\n", usable.error().what());
        return 1;
    }
    Swarm swarm{crowd};
    if (const auto run = swarm.run(); !run) {
        fmt::print(stderr, "swarm: {}\n", run.error().what());
        return 1;
    }
    std::puts(swarm.report().dump().c_str());
    return 0;
}
