#include "ctl/flow_group.hpp"

#include <algorithm>

namespace wyn::ctl {

Result<std::unique_ptr<FlowGroup>> FlowGroup::begin(rt::Loop& loop,
                                                    const Contact::Settings& contact,
                                                    std::size_t flows, Callbacks callbacks) {
    std::unique_ptr<FlowGroup> group{new FlowGroup{loop, flows, std::move(callbacks)}};
    for (Flow& flow : group->flows_) {
        auto begun =
            Contact::begin(loop, contact, [group = group.get(), &flow](Contact::Outcome outcome) {
                group->on_contact(flow, std::move(outcome));
            });
        if (!begun) return pass_on(begun);
        flow.contact = std::move(*begun);
    }
    return group;
}

void FlowGroup::on_contact(Flow& flow, Contact::Outcome outcome) {
    if (failed_) return;
    if (auto* failure = std::get_if<Failure>(&outcome)) return fail(std::move(*failure));
    flow.contacted = std::get<Contacted>(std::move(outcome));
    ProbeRunner::Settings settings = callbacks_.settings_for(*flow.contacted);
    settings.plan.together = flows_.size() > 1;
    auto runner = ProbeRunner::begin(loop_, settings, *flow.contacted,
                                     {.on_waiting =
                                          [this, &flow] {
                                              flow.waits = true;
                                              go_on_together();
                                          },
                                      .on_done =
                                          [this, &flow] {
                                              flow.done = true;
                                              go_on_together();
                                          }});
    if (!runner) return fail(internal_failure(runner.error()));
    flow.runner = std::move(*runner);
    open_ = std::ranges::all_of(flows_, [](const Flow& one) { return one.runner != nullptr; });
    if (!open_) return;
    callbacks_.on_open();
    go_on_together();
}

// When all that are still at work wait for each other, or none is at work any more.
void FlowGroup::go_on_together() {
    if (failed_ || !open_) return;
    if (std::ranges::all_of(flows_, &Flow::done)) return callbacks_.on_done();
    const auto at_work = [](const Flow& flow) { return !flow.done && !flow.waits; };
    if (std::ranges::any_of(flows_, at_work)) return;
    for (Flow& flow : flows_)
        if (std::exchange(flow.waits, false) && !flow.done) flow.runner->go_on();
}

void FlowGroup::fail(Failure failure) {
    failed_ = true;
    callbacks_.on_failure(std::move(failure));
}

void FlowGroup::interrupt() {
    for (Flow& flow : flows_)
        if (!flow.done) flow.runner->interrupt();
}

session::ProbeResult FlowGroup::result() const {
    std::vector<session::ProbeResult> results;
    results.reserve(flows_.size());
    for (const Flow& flow : flows_)
        results.push_back(flow.runner->result());
    return session::sum_of(results);
}

session::ProbeProgress FlowGroup::progress() const {
    session::ProbeProgress sum = flows_.front().runner->progress();
    for (const Flow& flow : std::span{flows_}.subspan(1)) {
        const session::ProbeProgress one = flow.runner->progress();
        if (one.phase != sum.phase) continue;
        sum.rate = BitRate{sum.rate.bps() + one.rate.bps()};
    }
    return sum;
}

} // namespace wyn::ctl
