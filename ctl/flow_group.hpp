// The parallel flows of one probe. A flow is a session of its own, with three ports of the server's
// and three of ours: so it is admitted, limited, placed on a core and reported by the same rules as
// any other client. Their loads begin together, direction by direction.
#pragma once

#include "ctl/probe_runner.hpp"
#include "session/parallel.hpp"

namespace wyn::ctl {

class FlowGroup {
public:
    struct Callbacks {
        // What a flow is to do, asked as soon as it has its session.
        std::move_only_function<ProbeRunner::Settings(const Contacted&)> settings_for;
        // All of them have their sessions.
        std::move_only_function<void()> on_open;
        // One has none; nothing goes on.
        std::move_only_function<void(Failure)> on_failure;
        // result() is final.
        std::move_only_function<void()> on_done;
    };

    // The functions are called from `loop` and must not destroy the group. Errors: no way to the
    // server from this host.
    static Result<std::unique_ptr<FlowGroup>>
    begin(rt::Loop& loop, const Contact::Settings& contact, std::size_t flows, Callbacks callbacks);

    // Once on_open was called.
    const Contacted& contacted(std::size_t flow) const { return *flows_[flow].contacted; }
    bool is_open() const { return open_; }
    std::size_t size() const { return flows_.size(); }

    // Finish with what there is.
    void interrupt();

    session::ProbeResult result() const; // of all together
    const session::ProbeResult& result_of(std::size_t flow) const {
        return flows_[flow].runner->result();
    }
    session::ProbeProgress progress() const;

private:
    struct Flow {
        std::unique_ptr<Contact> contact;
        std::optional<Contacted> contacted;
        std::unique_ptr<ProbeRunner> runner;
        bool waits = false;
        bool done = false;
    };

    FlowGroup(rt::Loop& loop, std::size_t flows, Callbacks callbacks)
        : loop_{loop}, callbacks_{std::move(callbacks)}, flows_(flows) {}
    void on_contact(Flow& flow, Contact::Outcome outcome);
    void go_on_together();
    void fail(Failure failure);

    rt::Loop& loop_;
    Callbacks callbacks_;
    std::vector<Flow> flows_; // never resized: their functions know them by address
    bool open_ = false;
    bool failed_ = false;
};

} // namespace wyn::ctl
