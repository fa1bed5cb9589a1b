// The sink of the daemon: leaves out what is not urgent enough or too much, counts what nobody
// takes, and tells both. The clock is an argument.
#pragma once

#include "journal/output.hpp"
#include "journal/rate_limit.hpp"
#include "journal/sink.hpp"

#include <algorithm>

namespace wyn::journal {

class LimitedSink final : public Sink {
public:
    using Clock = MonoTime (*)() noexcept;

    // Between two attempts to tell what was lost, while nothing is to be written.
    static constexpr Duration retry_interval = 10s;

    LimitedSink(Severity least, std::unique_ptr<Output> output, Clock clock)
        : least_{least}, output_{std::move(output)}, clock_{clock} {}
    // Tells what has not been told yet.
    ~LimitedSink() override;

    void write(const Event& event) override;
    void set_least(Severity least) override { least_ = least; }
    MonoTime due() const override { return std::min(limit_.due(), retry_at_); }
    void on_timer(MonoTime now) override;

private:
    void tell_left_out(MonoTime now);
    bool tell_lost(MonoTime now);
    bool put(MonoTime now, const Event& event);

    Severity least_;
    std::unique_ptr<Output> output_;
    Clock clock_;
    RateLimit limit_;
    std::uint64_t lost_ = 0;
    MonoTime retry_at_ = never;
};

} // namespace wyn::journal
