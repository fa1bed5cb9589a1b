#include "stats/host_noise.hpp"

namespace wyn::stats {

static bool is_kernels(const Stamp& stamp) noexcept {
    return stamp.origin == StampOrigin::kernel;
}

void HostNoise::add(const ProbeRecord& record) noexcept {
    schedule_lag.record(record.handed - record.planned);
    if (is_kernels(record.sent)) stack_time.record(record.sent.time - record.handed);
    if (record.fate != ProbeFate::returned) return;
    if (is_kernels(record.far_sent))
        far_stack_time.record(record.far_sent.time - record.far_handed);
    if (is_kernels(record.received)) read_lag.record(record.read - record.received.time);
    if (is_kernels(record.far_received))
        far_turnaround.record(record.far_handed - record.far_received.time);
}

void HostNoise::merge(const HostNoise& other) noexcept {
    schedule_lag.merge(other.schedule_lag);
    stack_time.merge(other.stack_time);
    far_stack_time.merge(other.far_stack_time);
    read_lag.merge(other.read_lag);
    far_turnaround.merge(other.far_turnaround);
}

} // namespace wyn::stats
