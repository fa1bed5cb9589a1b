// What runs at the far end of a link: waits for the first order, becomes a port or a connection,
// and ends when the link does.
#pragma once

#include "rt/link.hpp"
#include "rt/loop.hpp"
#include "rt/worker_order.hpp"

#include <memory>
#include <string>

namespace wyn::rt {

// Something that was started by a first order and lives until its link closes.
class Runner {
public:
    virtual ~Runner() = default;
};

class Worker {
public:
    using Function = std::move_only_function<void()>;

    // Waits in `loop`. `program` names the processes that a connection places for its ports. Calls
    // `on_end` once, when there is nothing left to do; the worker may not be destroyed inside.
    static Result<std::unique_ptr<Worker>> create(Loop& loop, Link up, const std::string& program,
                                                  Function on_end);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

private:
    Worker(Loop& loop, Link up, std::string program, Function on_end);
    void on_first_order();
    void become(const WorkerOrder& order, std::vector<net::Fd> fds);

    Loop& loop_;
    Link up_;
    std::string program_;
    Function on_end_;
    Io watch_;
    std::unique_ptr<Runner> runner_;
};

// A thread's body, and all that `--worker` does: one worker in a loop of its own until its end.
void run_worker(Link up, const std::string& program);

} // namespace wyn::rt
