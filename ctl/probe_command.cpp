#include "ctl/probe_command.hpp"

#include "clock/system_clock.hpp"
#include "crypto/primitives.hpp"
#include "ctl/evidence.hpp"
#include "ctl/flow_group.hpp"
#include "ctl/progress.hpp"
#include "ctl/report_json.hpp"
#include "ctl/report_lines.hpp"
#include "ctl/report_text.hpp"
#include "ctl/terminal.hpp"
#include "net/resolve.hpp"
#include "net/secret_file.hpp"
#include "rt/rlimit.hpp"

#include <fmt/format.h>
#include <net/if.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

namespace wyn::ctl {

namespace {

constexpr Duration redraw_interval = 100ms;
// Default payload: what fits the path, but no more than a jumbo frame holds. On loopback a datagram
// of 64 KiB would fit, and measure nothing that a network does.
constexpr std::size_t largest_default_packet = 9000;

net::Family family_of(AddressFamily family) {
    switch (family) {
    case AddressFamily::any: return net::Family::any;
    case AddressFamily::v4: return net::Family::v4;
    case AddressFamily::v6: return net::Family::v6;
    }
    return net::Family::any;
}

Failure usage(std::string sentence) {
    return {
        .code = ExitCode::usage, .reason = "usage", .sentence = std::move(sentence), .advice = {}};
}

// This host has no way, or lets nobody go it, to any address of the server.
Failure no_way_out(const Error& error) {
    const bool forbidden = error.code() == std::errc::permission_denied;
    return {.code = ExitCode::unreachable,
            .reason = forbidden ? "filtered" : "no_route",
            .sentence = error.what(),
            .advice = {forbidden ? "A route of this host forbids it: ip route tells which."
                                 : "Check the address, -B, and this host's routes."}};
}

// fe80::/10 means nothing without the interface that it is behind.
bool needs_zone(const dgram::Address& address) {
    return !address.is_v4() && address.is_link_local();
}

// "ADDR", "DEV" or "ADDR%DEV" in its two parts.
std::expected<void, Failure> read_binding(const std::string& text, Contact::Settings& settings) {
    if (text.empty()) return {};
    const std::size_t percent = text.find('%');
    const std::string first = text.substr(0, percent);
    if (::if_nametoindex(text.c_str()) != 0) {
        settings.device = text;
        return {};
    }
    const auto address = dgram::Address::parse(first);
    if (!address)
        return std::unexpected{
            usage(fmt::format("-B {}: neither an address nor a device of this host", text))};
    settings.bind_address = *address;
    if (percent == std::string::npos) return {};
    settings.device = text.substr(percent + 1);
    const unsigned index = ::if_nametoindex(settings.device.c_str());
    if (index == 0)
        return std::unexpected{
            usage(fmt::format("-B {}: this host has no device {}", text, settings.device))};
    if (needs_zone(*address)) settings.bind_address.scope = index;
    return {};
}

// A link-local server is behind the device of -B when its own zone does not say.
void complete_zones(Contact::Settings& settings) {
    if (settings.device.empty()) return;
    const unsigned index = ::if_nametoindex(settings.device.c_str());
    for (dgram::Endpoint& server : settings.servers)
        if (needs_zone(server.address) && server.address.scope == 0) server.address.scope = index;
}

std::expected<crypto::NamedKey, Failure> read_key(const std::string& path) {
    if (path.empty()) return crypto::NamedKey{};
    auto text = net::read_secret_file(path);
    if (!text) return std::unexpected{usage(fmt::format("--key: {}", text.error().what()))};
    auto keys = crypto::parse_key_file(*text, path);
    crypto::wipe({reinterpret_cast<std::uint8_t*>(text->data()), text->size()});
    if (!keys) return std::unexpected{usage(fmt::format("--key: {}", keys.error().what()))};
    return keys->front();
}

std::expected<Contact::Settings, Failure> contact_settings(const ProbeOptions& options) {
    Contact::Settings settings{
        .host = options.host,
        .wishes = {.rate = BitRate{options.rate.value_or(BitRate{0}).bps() / options.parallel},
                   .duration = options.duration},
        .timeout = options.timeout,
        .options = options};
    if (auto bound = read_binding(options.bind, settings); !bound)
        return std::unexpected{std::move(bound.error())};
    auto key = read_key(options.key_file);
    if (!key) return std::unexpected{std::move(key.error())};
    settings.key = std::move(*key);
    auto servers = net::resolve(options.host, options.port, family_of(options.family));
    if (!servers)
        return std::unexpected{Failure{.code = ExitCode::unreachable,
                                       .reason = "unknown_host",
                                       .sentence = servers.error().what(),
                                       .advice = {"Check the spelling, or give the address."}}};
    settings.servers = std::move(*servers);
    complete_zones(settings);
    return settings;
}

std::uint16_t payload_for(const ProbeOptions& options, const Contacted& contacted) {
    const std::size_t most = contacted.assigned.assign.max_datagram_bytes;
    const std::size_t headers = contacted.server.address.header_bytes();
    const std::size_t fits = std::min(contacted.path_mtu, largest_default_packet) - headers;
    return static_cast<std::uint16_t>(
        std::min<std::size_t>(options.payload_bytes.value_or(fits), most));
}

// "fra1.example.net 198.51.100.7:6711", or the address alone when it was given.
std::string target_of(const Report& report) {
    const dgram::Endpoint& server = *report.server;
    const bool named = report.options.host != dgram::print(server.address);
    return fmt::format("{}{}", named ? report.options.host + " " : "", dgram::print(server));
}

// Whoever reads them wants each at once.
void print_line(const std::string& line) {
    std::puts(line.c_str());
    std::fflush(stdout);
}

// One run of the command: what it owns lives until its report is complete.
class Probe {
public:
    explicit Probe(const ProbeOptions& options) {
        report_.options = options;
        report_.start = wall_now();
        began_ = mono_now();
    }

    Report run() {
        if (auto failure = prepare()) {
            report_.failure = std::move(failure);
        } else if (const auto turned = loop_->run(); !turned) {
            report_.failure = internal_failure(turned.error());
        }
        live_.reset();
        report_.took = mono_now() - began_;
        return report_;
    }

private:
    std::optional<Failure> prepare() {
        if (auto usable = crypto::self_test(); !usable) return internal_failure(usable.error());
        static_cast<void>(rt::raise_descriptor_limit()); // more than enough for one session anyway
        auto settings = contact_settings(report_.options);
        if (!settings) return std::move(settings.error());
        device_ = settings->device;
        report_.server = settings->servers.front();
        auto loop = rt::Loop::create();
        if (!loop) return internal_failure(loop.error());
        loop_ = std::move(*loop);
        auto interrupt = loop_->add_signal(SIGINT, [this] { on_interrupt(); });
        if (!interrupt) return internal_failure(interrupt.error());
        interrupt_ = std::move(*interrupt);
        auto flows = FlowGroup::begin(
            *loop_, *settings, report_.options.parallel,
            {.settings_for = [this](const Contacted& contacted) { return settings_for(contacted); },
             .on_open = [this] { on_open(); },
             .on_failure = [this](Failure failure) { stop_with(std::move(failure)); },
             .on_done = [this] { on_done(); }});
        if (!flows) return no_way_out(flows.error());
        flows_ = std::move(*flows);
        return std::nullopt;
    }

    ProbeRunner::Settings settings_for(const Contacted& contacted) const {
        const ProbeOptions& options = report_.options;
        const std::uint64_t rate = options.rate.value_or(BitRate{0}).bps();
        return {.plan = {.directions = options.directions,
                         .duration = options.duration,
                         .search = options.search(),
                         .rate = BitRate{rate / options.parallel},
                         .datagram_bytes = payload_for(options, contacted),
                         .pacing = options.pacing,
                         .offload = options.offload,
                         .seed = rt::SystemRandom{}.u64()},
                .ports = {.placement = options.port_parallelism, .device = device_}};
    }

    void on_open() {
        const Contacted& first = flows_->contacted(0);
        const wire::Assign& assign = first.assigned.assign;
        report_.server = first.server;
        report_.local = first.local;
        report_.session = assign.session;
        report_.ports = {assign.control_port, assign.upload_port, assign.download_port};
        report_.payload_bytes = payload_for(report_.options, first);
        show_progress();
        tell_progress();
    }

    void tell_progress() {
        if (!report_.options.json_lines) return;
        print_line(hello_line(report_));
        next_line_ = loop_->add_timer([this] { tell(); });
        tell();
    }

    void tell() {
        for (const std::string& line : lines_.update(mono_now() - began_, flows_->progress()))
            print_line(line);
        next_line_.arm(mono_now() + redraw_interval);
    }

    void show_progress() {
        if (report_.options.quiet || !is_terminal(STDERR_FILENO)) return;
        const Style style = style_of(STDERR_FILENO, report_.options.ascii);
        const std::string device = device_.empty() ? "" : " " + device_;
        view_ = std::make_unique<ProgressView>(
            fmt::format("probe {}  from {}{}   UDP", target_of(report_),
                        dgram::print(report_.local->address), device),
            style, terminal_width(STDERR_FILENO));
        live_ = std::make_unique<LiveLines>();
        redraw_ = loop_->add_timer([this] { redraw(); });
        redraw();
    }

    void redraw() {
        view_->update(flows_->progress());
        live_->show(view_->lines());
        redraw_.arm(mono_now() + redraw_interval);
    }

    void on_interrupt() {
        const bool measuring = flows_ && flows_->is_open();
        if (measuring && !std::exchange(interrupted_, true)) return flows_->interrupt();
        if (measuring) { // the second time: at once, with what there is
            take_results();
            report_.result->end = wire::End::interrupted;
        }
        stop_with({.code = ExitCode::partial,
                   .reason = "interrupted",
                   .sentence = measuring ? "interrupted twice: what was not over yet has no result"
                                         : "interrupted before anything was measured",
                   .advice = {}});
    }

    void on_done() {
        take_results();
        report_.failure = judge(report_);
        loop_->exit(0);
    }

    void take_results() {
        report_.result = flows_->result();
        for (std::size_t flow = 0; flows_->size() > 1 && flow < flows_->size(); ++flow)
            report_.flows.push_back({.session = flows_->contacted(flow).assigned.assign.session,
                                     .result = flows_->result_of(flow)});
    }

    void stop_with(Failure failure) {
        report_.failure = std::move(failure);
        loop_->exit(0);
    }

    Report report_;
    MonoTime began_;
    std::string device_;
    bool interrupted_ = false;
    std::unique_ptr<rt::Loop> loop_;
    rt::Signal interrupt_;
    rt::Timer redraw_;
    rt::Timer next_line_;
    ProgressLines lines_;
    std::unique_ptr<ProgressView> view_;
    std::unique_ptr<LiveLines> live_;
    std::unique_ptr<FlowGroup> flows_;
};

void print_report(const Report& report) {
    const ProbeOptions& options = report.options;
    if (options.json_lines) {
        for (const std::string& line : closing_lines(report, evidence_of(report)))
            print_line(line);
    } else if (options.json) {
        print_line(report_as_json(report));
    } else {
        std::fputs(report_as_text(report, style_of(STDOUT_FILENO, options.ascii)).c_str(), stdout);
    }
}

} // namespace

int run_probe(const ProbeOptions& options) {
    Report report;
    {
        Probe probe{options};
        report = probe.run();
    }
    print_report(report);
    if (report.failure)
        std::fputs(failure_as_text(*report.failure, style_of(STDERR_FILENO, options.ascii)).c_str(),
                   stderr);
    return static_cast<int>(report.exit_code());
}

} // namespace wyn::ctl
