#include "rt/worker.hpp"

#include "rt/connection_runner.hpp"
#include "rt/port_runner.hpp"

#include <sys/epoll.h>

namespace wyn::rt {

Worker::Worker(Loop& loop, Link up, std::string program, Function on_end)
    : loop_{loop}, up_{std::move(up)}, program_{std::move(program)}, on_end_{std::move(on_end)} {}

Worker::~Worker() = default;

Result<std::unique_ptr<Worker>> Worker::create(Loop& loop, Link up, const std::string& program,
                                               Function on_end) {
    std::unique_ptr<Worker> worker{new Worker{loop, std::move(up), program, std::move(on_end)}};
    auto watch = loop.add_io(worker->up_.fd(), EPOLLIN,
                             [self = worker.get()](std::uint32_t) { self->on_first_order(); });
    if (!watch) return pass_on(watch);
    worker->watch_ = std::move(*watch);
    return worker;
}

void Worker::on_first_order() {
    auto order = up_.receive<WorkerOrder>();
    if (order.state == LinkState::empty) return;
    watch_.reset(); // the runner watches the link from now on
    if (order.state == LinkState::message) become(*order.message, std::move(order.fds));
    if (runner_) return;
    // Not a role, or the host refused what it needs: the closed link tells the owner.
    up_.close();
    on_end_();
}

void Worker::become(const WorkerOrder& order, std::vector<net::Fd> fds) {
    const auto ended = [this] {
        up_.close();
        on_end_();
    };
    if (const auto* to_port = std::get_if<session::PortOrder>(&order)) {
        const auto* setup = std::get_if<session::PortSetup>(to_port);
        if (setup == nullptr || fds.size() != 1) return;
        if (auto port = PortRunner::create(loop_, up_, std::move(fds[0]), *setup, ended))
            runner_ = std::move(*port);
        return;
    }
    const auto& to_connection = std::get<session::ConnectionOrder>(order);
    const auto* setup = std::get_if<session::ConnectionSetup>(&to_connection);
    if (setup == nullptr) return;
    if (auto connection =
            ConnectionRunner::create(loop_, up_, program_, std::move(fds), *setup, ended))
        runner_ = std::move(*connection);
}

void run_worker(Link up, const std::string& program) {
    auto loop = Loop::create();
    if (!loop) return; // the closed link tells the owner
    auto worker = Worker::create(**loop, std::move(up), program, [&] { (*loop)->exit(0); });
    if (worker) static_cast<void>((*loop)->run());
}

} // namespace wyn::rt
