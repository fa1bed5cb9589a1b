#include "ctl/probe_command.hpp"

#include "clock/system_clock.hpp"
#include "crypto/primitives.hpp"
#include "ctl/contact_settings.hpp"
#include "ctl/evidence.hpp"
#include "ctl/flow_group.hpp"
#include "ctl/progress.hpp"
#include "ctl/report_json.hpp"
#include "ctl/report_lines.hpp"
#include "ctl/report_text.hpp"
#include "ctl/terminal.hpp"
#include "rt/rlimit.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

namespace wyn::ctl {

namespace {

constexpr Duration redraw_interval = 100ms;

session::ClientHandshake::Wishes wishes_of(const ProbeOptions& options) {
    const std::uint64_t rate = options.rate.value_or(BitRate{0}).bps();
    return {.rate = BitRate{rate / options.parallel},
            .duration = options.duration.value_or(
                session::longest_search(Duration::zero(), options.sustained))};
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
        auto settings = contact_settings(report_.options, wishes_of(report_.options));
        if (!settings) return std::move(settings.error());
        settings->rate = report_.options.rate;
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
                         .sustained = options.sustained,
                         .budget_bytes = options.budget_bytes / options.parallel,
                         .bytes_before = contacted.bytes_used,
                         .rate = BitRate{rate / options.parallel},
                         .datagram_bytes = options.payload_bytes,
                         .kernel_mtu = static_cast<std::uint16_t>(
                             std::min<std::size_t>(contacted.path_mtu, 0xffff)),
                         .pacing = options.pacing,
                         .offload = options.offload,
                         .traffic_class = options.traffic_class,
                         .staircase = options.staircase,
                         .seed = rt::SystemRandom{}.u64()},
                .ports = {.placement = options.port_parallelism, .device = device_}};
    }

    void on_open() {
        const Contacted& first = flows_->contacted(0);
        const wire::Assign& assign = first.assigned.assign;
        report_.server = first.server;
        report_.local = first.local;
        report_.seen_as = dgram::Endpoint{{.bytes = assign.seen_address}, assign.seen_port};
        report_.server_release = wire::text_of(assign.release);
        report_.session = assign.session;
        report_.ports = {assign.control_port, assign.upload_port, assign.download_port};
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
            fmt::format("probe {}  from {}{}   UDP",
                        target_of(report_.options.host, *report_.server),
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
