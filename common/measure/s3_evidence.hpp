// What S3 reads from a step: whether the path was full in it, and whether it says anything at all.
#pragma once

#include "measure/s3_base.hpp"

namespace wyn::measure {

// What shows that the path was full in a step.
struct Evidence {
    Duration queue{};
    double excess_loss = 0; // beyond the floor
    bool queue_visible = false;
    bool loss_visible = false;

    bool any() const { return queue_visible || loss_visible; }
};

// Steps that follow each other, as one.
struct Passage {
    Flow offered;
    Flow got;
    Duration lowest_queue = Duration::max();
    bool always_queue = true; // in each of them
    bool any_evidence = false;
};

class S3Evidence {
public:
    // `base` outlives it, and may change.
    explicit S3Evidence(const PathBase& base) : base_{base} {}

    // Of datagrams on a path that is not full.
    void set_loss_floor(double floor) { loss_floor_ = floor; }
    double loss_floor() const { return loss_floor_; }

    Evidence of(const StepBook::Entry& step, double capacity_bps) const;
    // Its sender or its receiver was disturbed so that it says nothing about the path.
    bool is_void(const StepBook::Entry& step, double capacity_bps) const;
    // Nothing when one of them is not over, forgotten or void.
    std::optional<Passage> over(const StepBook& book, std::uint32_t first, std::uint32_t last,
                                double capacity_bps) const;

private:
    const PathBase& base_;
    double loss_floor_ = 0;
};

// The newest step that is over and is `first` or a later one; 0: none.
std::uint32_t newest_over(const StepBook& book, std::uint32_t first);

} // namespace wyn::measure
