#include "check.hpp"
#include "ctl/report_text.hpp"
#include "unit/ctl/pages.hpp"
#include "unit/ctl/reports.hpp"
#include "unit/golden_text.hpp"

#include <fmt/format.h>

#include <cerrno>

using namespace wyn;
using namespace wyn::ctl;

namespace {

constexpr std::array refusals{wire::Refusal::busy,          wire::Refusal::per_address,
                              wire::Refusal::rate_budget,   wire::Refusal::unsupported,
                              wire::Refusal::version,       wire::Refusal::not_authorised,
                              wire::Refusal::shutting_down, wire::Refusal::anonymous,
                              wire::Refusal::no_ports,      wire::Refusal::no_worker};
constexpr std::array ends{
    wire::End::stopped,       wire::End::peer_silent, wire::End::no_feedback,
    wire::End::rate_exceeded, wire::End::volume_used, wire::End::worker_failed,
    wire::End::shutting_down, wire::End::no_bulk,     wire::End::protocol,
    wire::End::local_error,   wire::End::interrupted, wire::End::not_granted,
    wire::End::by_operator};

const dgram::Endpoint server{dgram::Address::v4(198, 51, 100, 7), 6711};

// One entry of a golden file, with what every failure must have.
std::string entry(std::string_view title, const Failure& failure) {
    INFO(title);
    CHECK(!failure.reason.empty());
    CHECK(failure.reason.find(' ') == std::string::npos);
    CHECK(failure.sentence.find(dgram::print(server)) != std::string::npos); // where
    const bool has_advice = !failure.advice.empty() || failure.reason == "interrupted";
    CHECK(has_advice); // what to do
    for (const std::string& advice : failure.advice)
        CHECK(!advice.empty());
    const std::string text = failure_as_text(failure, {.unicode = true});
    CHECK(text.starts_with("wyndrvrctl: "));
    test::check_page(text);
    return fmt::format("# {}: reason {}, exit status {}\n{}\n", title, failure.reason,
                       static_cast<int>(failure.code), text);
}

ProbeOptions options() {
    ProbeOptions options;
    options.host = "fra1.example.net";
    options.key_file = "/etc/wyndrvr/key";
    options.rate = BitRate{500'000'000};
    return options;
}

Failure refused(wire::Refuse refuse) {
    return describe_refusal(refuse, server, options(), options().rate);
}

// A finished session with fra1 whose parts ended like this.
Report ended(wire::End session, wire::End up) {
    Report report = test::ordinary();
    report.server = server;
    report.result->terms.max_volume_bytes = 500'000'000;
    report.result->end = session;
    report.result->up->end = up;
    return report;
}

Failure judged(const Report& report) {
    const auto failure = judge(report);
    REQUIRE(failure.has_value());
    return *failure;
}

} // namespace

TEST_CASE("a refusal is told as its golden file shows", "[ctl]") {
    std::string text;
    for (const wire::Refusal code : refusals) {
        wire::Refuse refuse{.code = code, .version_min = 2, .version_max = 3};
        refuse.retry_after_ms = 5800;
        refuse.have = 64;
        refuse.limit = 64;
        refuse.detail = 0x8001;
        if (code == wire::Refusal::rate_budget) {
            refuse.have = 120'500'000;
            refuse.limit = 1'000'000'000;
        }
        if (code == wire::Refusal::no_ports) refuse.have = 2;
        const Failure failure = refused(refuse);
        CHECK(failure.reason == wire::name(code));
        text += entry(wire::name(code), failure);
    }
    golden::check_text("failure_refused.txt", text);
}

TEST_CASE("the exit status tells kinds of refusal apart", "[ctl]") {
    const auto status = [](wire::Refusal code) {
        return static_cast<int>(refused({.code = code}).code);
    };
    for (const wire::Refusal code : refusals) {
        const bool is_version =
            code == wire::Refusal::version || code == wire::Refusal::unsupported;
        const bool is_key =
            code == wire::Refusal::not_authorised || code == wire::Refusal::anonymous;
        INFO(wire::name(code));
        CHECK(status(code) == (is_version ? 6 : is_key ? 4 : 5));
    }
}

TEST_CASE("a client that may come again is told when", "[ctl]") {
    const auto advice = [](std::uint32_t ms) {
        return refused({.code = wire::Refusal::busy, .retry_after_ms = ms}).advice.back();
    };
    CHECK(advice(5000) == "Try again in 5 s.");
    CHECK(advice(5001) == "Try again in 6 s.");
    CHECK(advice(1) == "Try again in 1 s.");
    CHECK(advice(0) == "Try again later.");
}

TEST_CASE("less is only asked for when a rate was, and there is some", "[ctl]") {
    const wire::Refuse refuse{.code = wire::Refusal::rate_budget, .have = 1'999'999};
    CHECK(refused(refuse).advice.front() == "Ask for less: -b 1M");
    CHECK(refused({.code = wire::Refusal::rate_budget, .have = 999'999}).advice.front() ==
          "Try again later.");
    CHECK(describe_refusal(refuse, server, options(), {}).advice.front() == "Try again later.");
}

TEST_CASE("a key that was not given has no file to name", "[ctl]") {
    ProbeOptions without = options();
    without.key_file.clear();
    const wire::Refuse refuse{.code = wire::Refusal::not_authorised};
    CHECK(describe_refusal(refuse, server, without, {})
              .sentence.ends_with("does not accept your key"));
    CHECK(refused(refuse).sentence.ends_with("does not accept the key in /etc/wyndrvr/key"));
}

TEST_CASE("silence is told as its golden file shows", "[ctl]") {
    std::string text;
    const auto silent = [&text](std::string_view title, SilentContact contact) {
        contact.hellos_sent = 6;
        contact.waited = 5s;
        const Failure failure = describe_silence(contact, server, "fra1.example.net");
        CHECK(failure.code == ExitCode::unreachable);
        text += entry(title, failure);
    };
    silent("nothing comes back", {});
    silent("the port is closed", {.network_error = ECONNREFUSED});
    silent("the network is unknown", {.network_error = ENETUNREACH});
    silent("the host does not answer to its address", {.network_error = EHOSTUNREACH});
    silent("the host is down", {.network_error = EHOSTDOWN});
    silent("our own firewall forbids it", {.network_error = EPERM});
    silent("a firewall on the way forbids it", {.network_error = EACCES});
    silent("some other error", {.network_error = ENOBUFS});
    silent("a cookie, but no session", {.heard_cookie = true});
    silent("a cookie, then an error", {.heard_cookie = true, .network_error = ECONNREFUSED});
    golden::check_text("failure_silent.txt", text);
}

TEST_CASE("the host is named as it was typed, with its address when that is another", "[ctl]") {
    const auto named = [](const std::string& host) {
        return describe_silence({}, server, host).sentence;
    };
    CHECK(named("fra1.example.net").find(" fra1.example.net (198.51.100.7:6711): ") !=
          std::string::npos);
    CHECK(named("198.51.100.7").find(" 198.51.100.7:6711: ") != std::string::npos);
    CHECK(named("evil\x1b[2J").find("evil\\x1b[2J (") != std::string::npos);
}

TEST_CASE("a probe that did all it was asked for has not failed", "[ctl]") {
    CHECK(!judge(ended(wire::End::completed, wire::End::completed)));
    Report report = ended(wire::End::completed, wire::End::completed);
    report.result->up.reset();
    CHECK(!judge(report));
    CHECK(!judge(Report{}));
}

TEST_CASE("the end of a test is told as its golden file shows", "[ctl]") {
    std::string text;
    for (const wire::End end : ends) {
        const Failure failure = judged(ended(wire::End::completed, end));
        CHECK(failure.code == ExitCode::partial);
        CHECK(failure.reason == wire::name(end));
        text += entry(wire::name(end), failure);
    }
    Report report = ended(wire::End::completed, wire::End::completed);
    report.result->down->end = wire::End::no_bulk;
    text += entry("no_bulk of a download", judged(report));
    golden::check_text("failure_test.txt", text);
}

TEST_CASE("the end of a session is told as its golden file shows", "[ctl]") {
    std::string text;
    for (const wire::End end : ends) {
        const Failure failure = judged(ended(end, wire::End::completed));
        CHECK(failure.code == ExitCode::partial);
        CHECK(failure.reason == wire::name(end));
        text += entry(wire::name(end), failure);
    }
    Report report = ended(wire::End::half_open, wire::End::none);
    report.result->port_reached = {true, false, false};
    text += entry("half_open", judged(report));
    report.result->network_error = ECONNREFUSED;
    text += entry("half_open, with an ICMP error", judged(report));
    golden::check_text("failure_session.txt", text);
}

TEST_CASE("without any measurement the server was not reached", "[ctl]") {
    Report report = ended(wire::End::peer_silent, wire::End::none);
    report.result->idle.reset();
    report.result->down.reset();
    report.result->up.reset();
    CHECK(judged(report).code == ExitCode::unreachable);
    SECTION("unless it was the user who ended it") {
        report.result->end = wire::End::interrupted;
        CHECK(judged(report).code == ExitCode::partial);
    }
}

TEST_CASE("ports that were not reached are named with their numbers", "[ctl]") {
    Report report = ended(wire::End::half_open, wire::End::none);
    const auto sentence = [&report](std::array<bool, 3> reached) {
        report.result->port_reached = reached;
        return judged(report).sentence;
    };
    CHECK(sentence({true, true, false}).ends_with("back from UDP 7893 (download)"));
    CHECK(sentence({false, false, false})
              .ends_with("back from UDP 7811 (control), 7864 (upload), 7893 (download)"));
    CHECK(judged(report).code == ExitCode::unreachable);
    CHECK(judged(report).reason == "ports_unreachable");
}

TEST_CASE("advice has an arrow and hangs below it", "[ctl]") {
    const Failure failure{.code = ExitCode::busy,
                          .reason = "busy",
                          .sentence = "short",
                          .advice = {std::string(40, 'x') + ' ' + std::string(40, 'y')}};
    CHECK(failure_as_text(failure, {.unicode = true}) == "wyndrvrctl: short\n  → " +
                                                             std::string(40, 'x') + "\n    " +
                                                             std::string(40, 'y') + '\n');
    CHECK(failure_as_text(failure, {}) == "wyndrvrctl: short\n  -> " + std::string(40, 'x') +
                                              "\n     " + std::string(40, 'y') + '\n');
}
