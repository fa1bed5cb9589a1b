#include "ctl/latency_command.hpp"

#include "clock/system_clock.hpp"
#include "crypto/primitives.hpp"
#include "ctl/contact_settings.hpp"
#include "ctl/latency_json.hpp"
#include "ctl/latency_runner.hpp"
#include "ctl/latency_text.hpp"
#include "ctl/latency_view.hpp"
#include "ctl/report_text.hpp"
#include "ctl/terminal.hpp"
#include "rt/rlimit.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace wyn::ctl {

namespace {

constexpr Duration redraw_interval = 200ms;

// How long it will take; zero: until somebody ends it.
Duration planned_of(const LatencyOptions& options) {
    Duration planned = options.duration.value_or(Duration::max());
    if (options.count) planned = std::min(planned, options.interval * *options.count);
    return planned == Duration::max() ? Duration::zero() : planned;
}

// One run of the command: what it owns lives until its report is complete.
class Latency {
public:
    explicit Latency(const LatencyOptions& options)
        : collector_{options, style_of(STDOUT_FILENO, options.ascii), wall_now(), mono_now(),
                     print_line} {
        report_.options = options;
        report_.start = wall_now();
        report_.seed =
            options.seed ? *options.seed : static_cast<std::uint32_t>(rt::SystemRandom{}.u64());
        began_ = mono_now();
    }

    LatencyReport run() {
        if (auto failure = prepare()) {
            report_.failure = std::move(failure);
        } else if (const auto turned = loop_->run(); !turned) {
            report_.failure = internal_failure(turned.error());
        }
        live_.reset();
        report_.took = mono_now() - began_;
        return std::move(report_);
    }

private:
    std::optional<Failure> prepare() {
        if (auto usable = crypto::self_test(); !usable) return internal_failure(usable.error());
        static_cast<void>(rt::raise_descriptor_limit()); // more than enough for one session anyway
        auto settings = contact_settings(report_.options, {});
        if (!settings) return std::move(settings.error());
        device_ = settings->device;
        report_.server = settings->servers.front();
        auto loop = rt::Loop::create();
        if (!loop) return internal_failure(loop.error());
        loop_ = std::move(*loop);
        auto interrupt = loop_->add_signal(SIGINT, [this] { on_interrupt(); });
        if (!interrupt) return internal_failure(interrupt.error());
        interrupt_ = std::move(*interrupt);
        auto contact =
            Contact::begin(*loop_, std::move(*settings),
                           [this](Contact::Outcome outcome) { on_contact(std::move(outcome)); });
        if (!contact) return no_way_out(contact.error());
        contact_ = std::move(*contact);
        return std::nullopt;
    }

    void on_contact(Contact::Outcome outcome) {
        if (auto* failure = std::get_if<Failure>(&outcome)) return stop_with(std::move(*failure));
        const auto& contacted = std::get<Contacted>(outcome);
        const wire::Assign& assign = contacted.assigned.assign;
        report_.server = contacted.server;
        report_.local = contacted.local;
        report_.server_release = wire::text_of(assign.release);
        report_.session = assign.session;
        report_.ports = {assign.control_port, assign.upload_port, assign.download_port};
        auto runner = LatencyRunner::begin(
            *loop_, settings(), contacted,
            {.on_records = [this](auto records) { collector_.on_records(records); },
             .on_done = [this] { on_done(); }});
        if (!runner) return stop_with(internal_failure(runner.error()));
        runner_ = std::move(*runner);
        if (report_.options.json_lines) print_line(hello_as_json(report_));
        show_progress();
    }

    LatencyRunner::Settings settings() const {
        const LatencyOptions& options = report_.options;
        return {.plan = {.probing = {.interval = options.interval,
                                     .timing = options.schedule,
                                     .seed = report_.seed,
                                     .payload_bytes = options.payload_bytes,
                                     .dscp = options.dscp,
                                     .most_probes = options.count.value_or(0),
                                     .most_time = options.duration.value_or(Duration::zero())}},
                .ports = {.placement = options.port_parallelism, .device = device_}};
    }

    // Lines that are printed meanwhile would end up in the middle of the picture.
    bool may_draw() const {
        const LatencyOptions& options = report_.options;
        const bool prints = options.log || options.json_lines;
        return !options.quiet && is_terminal(STDERR_FILENO) &&
               !(prints && is_terminal(STDOUT_FILENO));
    }

    void show_progress() {
        if (!may_draw()) return;
        const LatencyOptions& options = report_.options;
        view_ = std::make_unique<LatencyView>(
            fmt::format("latency {}  from {}{}   {} B / {}",
                        target_of(options.host, *report_.server),
                        dgram::print(report_.local->address), device_.empty() ? "" : " " + device_,
                        options.payload_bytes, print_ns(options.interval.count())),
            style_of(STDERR_FILENO, options.ascii), terminal_width(STDERR_FILENO));
        live_ = std::make_unique<LiveLines>();
        redraw_ = loop_->add_timer([this] { redraw(); });
        redraw();
    }

    void redraw() {
        LatencyReport now;
        collector_.report(now);
        live_->show(view_->lines(*now.summary, runner_->progress(), collector_,
                                 planned_of(report_.options)));
        redraw_.arm(mono_now() + redraw_interval);
    }

    void on_interrupt() {
        if (runner_ && !std::exchange(interrupted_, true)) return runner_->interrupt();
        if (runner_) take_results(); // the second time: at once, with what there is
        stop_with({.code = ExitCode::partial,
                   .reason = "interrupted",
                   .sentence = runner_ ? "interrupted twice: what was under way has no result"
                                       : "interrupted before anything was measured",
                   .advice = {}});
    }

    void on_done() {
        take_results();
        report_.failure = judge(report_);
        loop_->exit(0);
    }

    void take_results() {
        collector_.finish();
        collector_.report(report_);
        report_.outcome = runner_->outcome();
    }

    void stop_with(Failure failure) {
        report_.failure = std::move(failure);
        loop_->exit(0);
    }

    LatencyReport report_;
    LatencyCollector collector_;
    MonoTime began_;
    std::string device_;
    bool interrupted_ = false;
    std::unique_ptr<rt::Loop> loop_;
    rt::Signal interrupt_;
    rt::Timer redraw_;
    std::unique_ptr<LatencyView> view_;
    std::unique_ptr<LiveLines> live_;
    std::unique_ptr<Contact> contact_;
    std::unique_ptr<LatencyRunner> runner_;
};

void print_result(const LatencyReport& report) {
    const LatencyOptions& options = report.options;
    if (options.json_lines)
        print_line(result_as_json(report));
    else if (options.json)
        print_line(latency_as_json(report));
    else if (!options.log)
        std::fputs(latency_as_text(report, style_of(STDOUT_FILENO, options.ascii)).c_str(), stdout);
}

} // namespace

int run_latency(const LatencyOptions& options) {
    LatencyReport report;
    {
        Latency latency{options};
        report = latency.run();
    }
    print_result(report);
    if (report.failure)
        std::fputs(failure_as_text(*report.failure, style_of(STDERR_FILENO, options.ascii)).c_str(),
                   stderr);
    return static_cast<int>(report.exit_code());
}

} // namespace wyn::ctl
