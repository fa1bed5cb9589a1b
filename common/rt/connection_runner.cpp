#include "rt/connection_runner.hpp"

#include "clock/system_clock.hpp"

#include <sys/epoll.h>

#include <algorithm>

namespace wyn::rt {

using session::PortRole;

namespace {

// Signs of life are looked for this often within the time that a worker may be silent.
constexpr int checks_per_timeout = 8;

} // namespace

Result<std::unique_ptr<ConnectionRunner>>
ConnectionRunner::create(Loop& loop, Link& up, const std::string& program,
                         std::vector<net::Fd> sockets, const session::ConnectionSetup& setup,
                         Function on_end) {
    if (sockets.size() != session::port_roles.size()) return fail("a connection needs 3 sockets");
    std::unique_ptr<ConnectionRunner> runner{new ConnectionRunner{up, setup, std::move(on_end)}};
    std::array<PortCrew::Member, 3> members;
    for (const PortRole role : session::port_roles) {
        const auto index = static_cast<std::size_t>(role);
        members[index] = {.setup = setup.port(role), .socket = std::move(sockets[index])};
    }
    auto crew = PortCrew::place(
        loop, setup.port_placement, program, std::move(members),
        [self = runner.get()](PortRole role, const session::PortNews& news) {
            self->connection_.on_news(mono_now(), role, news, self->out_);
            self->settle();
        },
        [self = runner.get()](PortRole, std::string_view) {
            self->connection_.on_port_lost(self->out_);
            self->settle();
        });
    if (!crew) return pass_on(crew);
    runner->ports_ = std::move(*crew);
    if (auto started = runner->watch(loop); !started) return pass_on(started);
    runner->settle();
    return runner;
}

ConnectionRunner::ConnectionRunner(Link& up, const session::ConnectionSetup& setup, Function on_end)
    : up_{up}, on_end_{std::move(on_end)}, worker_timeout_{setup.worker_timeout},
      connection_{setup, mono_now()},
      next_check_{setup.port_placement == Placement::single
                      ? never // they live and die with us
                      : mono_now() + worker_timeout_ / checks_per_timeout} {}

Result<void> ConnectionRunner::watch(Loop& loop) {
    auto link = loop.add_io(up_.fd(), EPOLLIN, [this](std::uint32_t) { on_link(); });
    if (!link) return pass_on(link);
    link_watch_ = std::move(*link);
    timer_ = loop.add_timer([this] { on_timer(); });
    return {};
}

void ConnectionRunner::on_link() {
    for (;;) {
        const auto order = up_.receive<WorkerOrder>();
        if (order.state == LinkState::closed) return end();
        if (order.state == LinkState::empty) break;
        const auto* to_us = std::get_if<session::ConnectionOrder>(&*order.message);
        if (to_us == nullptr) continue;
        if (const auto* close = std::get_if<session::CloseConnection>(to_us))
            connection_.close(mono_now(), close->end, out_);
        if (const auto* load = std::get_if<session::NoteServerLoad>(to_us))
            connection_.note_server_load(load->now);
    }
    settle();
}

void ConnectionRunner::on_timer() {
    const MonoTime now = mono_now();
    connection_.on_timer(now, out_);
    if (now >= next_check_) {
        next_check_ = now + worker_timeout_ / checks_per_timeout;
        ports_->check_signs_of_life(now, worker_timeout_);
    }
    settle();
}

void ConnectionRunner::settle() {
    // Orders may bring new ones (a port that takes none is lost), so this goes on until it is
    // quiet.
    while (!out_.orders.empty() || !out_.news.empty()) {
        session::ConnectionOutbox now;
        std::swap(now, out_);
        for (const auto& [role, order] : now.orders)
            ports_->order(role, order);
        for (const session::ConnectionNews& news : now.news) {
            const LinkSent sent = up_.send(news);
            const bool may_be_lost = std::holds_alternative<session::ConnectionSnapshot>(news);
            if (sent == LinkSent::closed || (sent == LinkSent::full && !may_be_lost)) return end();
        }
    }
    timer_.arm(std::min(connection_.due(), next_check_));
}

void ConnectionRunner::end() {
    link_watch_.reset();
    timer_.reset();
    if (on_end_) std::exchange(on_end_, nullptr)();
}

} // namespace wyn::rt
