// The yardstick's command line: `yardstick receive` and `yardstick send` for one flow, `yardstick
// echo` and `yardstick ask` for many clients. Each prints one JSON document when it is over.
#include "bench/yardstick.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/prctl.h>

#include <cstdio>
#include <string>

namespace {

using namespace wyn;

// What the command line said.
struct Words {
    std::string endpoint;
    std::size_t length = 1472;
    std::string rate = "0";
    std::string pacing = "sleep";
    double seconds = 2;
    bool no_offload = false;
    std::size_t sockets = 200;
    std::int64_t interval_ms = 10;
};

Result<dgram::Endpoint> read_endpoint(const std::string& text) {
    auto split = dgram::split_host_port(text);
    if (!split) return pass_on(split);
    if (!split->port) return fail(fmt::format("'{}' has no port", text));
    auto address = dgram::Address::parse(split->host);
    if (!address) return pass_on(address);
    return dgram::Endpoint{.address = *address, .port = *split->port};
}

Result<nlohmann::ordered_json> send(const Words& words) {
    auto to = read_endpoint(words.endpoint);
    if (!to) return pass_on(to);
    auto rate = words.rate == "0" ? Result<BitRate>{BitRate{0}} : parse_rate(words.rate);
    if (!rate) return pass_on(rate);
    return bench::send_flow(
        {.to = *to,
         .datagram_bytes = words.length,
         .segmentation = !words.no_offload,
         .rate = *rate,
         .pacing = words.pacing == "precise" ? bench::Pacing::precise : bench::Pacing::sleep,
         .duration = from_seconds(words.seconds)});
}

Result<nlohmann::ordered_json> receive(const Words& words) {
    auto at = read_endpoint(words.endpoint);
    if (!at) return pass_on(at);
    return bench::receive_flow(
        {.at = *at, .coalescing = !words.no_offload, .longest = from_seconds(words.seconds)});
}

Result<nlohmann::ordered_json> echo(const Words& words) {
    auto at = read_endpoint(words.endpoint);
    if (!at) return pass_on(at);
    return bench::echo_all(
        {.at = *at, .sockets = words.sockets, .longest = from_seconds(words.seconds)});
}

Result<nlohmann::ordered_json> ask(const Words& words) {
    auto of = read_endpoint(words.endpoint);
    if (!of) return pass_on(of);
    return bench::ask_all({.of = *of,
                           .sockets = words.sockets,
                           .interval = std::chrono::milliseconds{words.interval_ms},
                           .duration = from_seconds(words.seconds)});
}

void declare_many(CLI::App& app, Words& words) {
    CLI::App* const server = app.add_subcommand("echo", "sends back what comes");
    server->add_option("-t", words.seconds, "ends after so many seconds (2)");
    CLI::App* const client = app.add_subcommand("ask", "counts what comes back");
    client->add_option("-t", words.seconds, "asks for so many seconds (2)");
    client->add_option("-i", words.interval_ms, "ms between two questions of a socket (10)")
        ->check(CLI::Range(1, 1000));
    for (CLI::App* const half : {server, client}) {
        half->add_option("ENDPOINT", words.endpoint, "ADDRESS:PORT, the first of many")->required();
        half->add_option("--sockets", words.sockets, "how many (200)")->check(CLI::Range(1, 4096));
    }
}

void declare(CLI::App& app, Words& words) {
    app.require_subcommand(1);
    CLI::App* const sender = app.add_subcommand("send", "one flow of datagrams");
    sender->add_option("-l", words.length, "bytes of payload")->check(CLI::Range(16, 65507));
    sender->add_option("-b", words.rate, "payload rate; 0: as fast as it can (0)");
    sender->add_option("--pacing", words.pacing)->check(CLI::IsMember({"sleep", "precise"}));
    sender->add_option("-t", words.seconds, "length of the flow (2)");
    CLI::App* const receiver = app.add_subcommand("receive", "counts one flow");
    receiver->add_option("-t", words.seconds, "gives up after so many seconds (2)");
    for (CLI::App* const half : {sender, receiver}) {
        half->add_option("ENDPOINT", words.endpoint, "ADDRESS:PORT")->required();
        half->add_flag("--no-offload", words.no_offload, "one datagram per system call");
    }
}

Result<nlohmann::ordered_json> run(const CLI::App& app, const Words& words) {
    if (app.got_subcommand("send")) return send(words);
    if (app.got_subcommand("receive")) return receive(words);
    return app.got_subcommand("echo") ? echo(words) : ask(words);
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"How fast, and how evenly, a plain program moves datagrams."};
    Words words;
    declare(app, words);
    declare_many(app, words);
    CLI11_PARSE(app, argc, argv);
    ::prctl(PR_SET_TIMERSLACK, 1UL); // a nap of 50 us shall not last 100
    const auto report = run(app, words);
    if (!report) {
        fmt::print(stderr, "yardstick: {}\n", report.error().what());
        return 1;
    }
    std::puts(report->dump().c_str());
    return 0;
}
