// What the searches of RFC 9097 have in common: once per trial they judge what the feedback told
// since the last one, and go to another row of the table.
#pragma once

#include "measure/rate_controller.hpp"
#include "measure/rate_rows.hpp"

namespace wyn::measure {

class RowSearch : public RateController {
public:
    explicit RowSearch(const Load& load) : load_{load} {}

    StepPlan next_step(std::uint32_t id, MonoTime now) final;
    MonoTime step_end() const final { return step_end_; }
    void on_feedback(const Observation& seen) final;
    bool met_limit() const final { return was_congested_ || rate() >= load_.ceiling; }

protected:
    // The verdicts on a trial; between them the row stays.
    virtual void good() = 0;
    virtual void bad() = 0;
    // Three bad trials in a row have confirmed congestion.
    bool congested() const { return bad_trials_ >= bad_trials_confirm; }
    static constexpr std::uint32_t bad_trials_confirm = 3;

    // One bad trial more: thirty rows back when it confirms congestion, else one row. True when it
    // was one row.
    bool step_back();

    std::uint32_t row_ = 0;
    // Since the last fast step; it never falls in the slow phase, so the long step back is taken
    // once.
    std::uint32_t bad_trials_ = 0;

private:
    BitRate rate() const;
    void judge_trial();

    Load load_;
    MonoTime step_end_{};
    Observation newest_;
    bool news_ = false; // since the last trial
    bool was_congested_ = false;
    std::uint64_t judged_lost_ = 0;
    std::uint32_t silent_trials_ = 0;
};

} // namespace wyn::measure
