// A worker, seen from the one who placed it.
//
// place() is the only spot in the project where the placements differ: in the same loop, in a
// thread, or in a process of its own. Everything else about a worker is what lies behind its link.
#pragma once

#include "base/placement.hpp"
#include "rt/child.hpp"
#include "rt/link.hpp"
#include "rt/loop.hpp"
#include "rt/worker.hpp"

#include <memory>
#include <thread>
#include <variant>

namespace wyn::rt {

class PlacedWorker {
public:
    using Function = std::move_only_function<void()>;

    // Starts a worker. `program` is the name that a process shows in process lists. `on_readable`
    // is called from `here` whenever receive() may have something, until it has said `closed`; it
    // must not destroy this object. Errors: the host gives no descriptor, thread or process.
    static Result<std::unique_ptr<PlacedWorker>>
    place(Placement where, Loop& here, const std::string& program, Function on_readable);

    // Closes the link, which stops the worker, and waits for its end: a process is killed, a thread
    // gets a second and is then left behind; one that hangs is left behind at once.
    ~PlacedWorker();
    PlacedWorker(const PlacedWorker&) = delete;
    PlacedWorker& operator=(const PlacedWorker&) = delete;

    // False: the worker is gone or takes nothing any more.
    bool send(const WorkerOrder& order, std::span<const int> fds = {});

    // The next news of the worker. Once `closed`, the link is no longer watched.
    template <LinkRecord News>
    LinkMessage<News> receive(MonoTime now) {
        LinkMessage<News> got = link_.receive<News>();
        if (got.state == LinkState::message) last_heard_ = now;
        if (got.state == LinkState::closed) watch_.reset();
        return got;
    }

    // Whether nothing came from it for `patience`; one that hangs is not waited for at its end.
    // `excused`: what did not come until now is no sign of anything. See HangCheck.
    bool hangs(MonoTime now, Duration patience, bool excused);
    // How a process ended, "killed by signal 9 (Killed)"; nothing for other placements or while it
    // runs.
    std::optional<std::string> how_it_ended();
    Placement where() const { return where_; }

private:
    explicit PlacedWorker(Placement where) : where_{where} {}
    Result<void> start(Loop& here, const std::string& program, Link theirs);
    void leave(std::thread& thread);

    Placement where_;
    Link link_;
    Io watch_; // goes before link_
    Function on_readable_;
    MonoTime last_heard_{}; // its newest sign of life; its start counts as one
    bool hangs_ = false;
    std::variant<std::monostate, std::unique_ptr<Worker>, std::thread, Child> runs_;
};

// Looks for workers that give no sign of life any more: begin() a round a few times per patience,
// then ask for each worker.
class HangCheck {
public:
    explicit HangCheck(MonoTime now) : last_round_{now} {}

    void begin(MonoTime now, Duration patience);
    // Nobody hangs in a round that comes late: the owner was away itself and has heard nobody.
    bool hangs(PlacedWorker& worker) const {
        return worker.hangs(last_round_, patience_, was_away_);
    }

private:
    MonoTime last_round_;
    Duration patience_{};
    bool was_away_ = false;
};

} // namespace wyn::rt
