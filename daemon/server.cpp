#include "daemon/server.hpp"

#include "clock/system_clock.hpp"
#include "daemon/announce.hpp"
#include "session/seal.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace wyn::daemon {

namespace {

const std::string program = "wyndrvrd";
constexpr int checks_per_timeout = 8;
// The counter of a last word: above all that a worker can have used, so the client takes it as new.
constexpr std::uint64_t last_word_counter = std::uint64_t{1} << 63;

} // namespace

// What the listener asks for.

bool Server::open_port(std::uint16_t port, const dgram::Address& local) {
    auto socket = port_sockets_.open(port, local);
    if (!socket) return false;
    opened_[port] = std::move(*socket);
    return true;
}

void Server::close_port(std::uint16_t port) {
    opened_.erase(port);
}

bool Server::start(const Admitted& admitted) {
    const std::uint64_t id = admitted.setup.session;
    std::array<int, 3> raw{};
    for (std::size_t i = 0; i < raw.size(); ++i)
        raw[i] = opened_[admitted.ports[i]].get();
    auto control = net::duplicate(raw[0]);
    auto worker = rt::PlacedWorker::place(config_.connection_parallelism, loop_, program,
                                          [this, id] { on_news(id); });
    if (!control || !worker || !(*worker)->send(session::ConnectionOrder{admitted.setup}, raw)) {
        sink_.write(announce_trouble(
            journal::Severity::error,
            fmt::format("cannot start a worker: {}", !control  ? control.error().what()
                                                     : !worker ? worker.error().what()
                                                               : "it takes no order"),
            "worker_start"));
        return false;
    }
    for (const std::uint16_t port : admitted.ports)
        close_port(port); // the worker has its own descriptors of them
    running_[id] = {.worker = std::move(*worker), .control = std::move(*control)};
    sink_.write(announce_admitted(*listener_->sessions().find(id)));
    return true;
}

// Events.

void Server::on_inquiries() {
    const auto inquiries = socket_->receive();
    if (!inquiries) return; // an ICMP error of some earlier answer: nothing to do about it
    const MonoTime now = mono_now();
    for (const net::Inquiry& inquiry : *inquiries) {
        if (inquiry.cut_off) continue;
        const dgram::Endpoint asked{.address = inquiry.local, .port = local_.port};
        listener_->on_datagram(now, inquiry.from, asked, inquiry.bytes, out_);
    }
    settle();
}

void Server::settle() {
    for (const ListenerReply& reply : out_.replies)
        socket_->send_from(reply.local.address, reply.to, std::span{reply.bytes}.first(reply.size));
    for (const RefusedClient& refused : out_.refused)
        sink_.write(announce_refused(refused));
    out_.clear();
    MonoTime due = std::min({listener_->due(), sink_.due(), close_at_, stop_by_});
    if (!running_.empty()) due = std::min({due, next_check_, next_status_});
    timer_.arm(due);
}

void Server::on_timer() {
    const MonoTime now = mono_now();
    listener_->on_timer(now, out_);
    sink_.on_timer(now);
    if (now >= next_check_) check_signs_of_life(now);
    if (now >= next_status_) tell_status(now);
    if (now >= close_at_) close_all();
    if (now >= stop_by_) return loop_.exit(0);
    settle();
}

void Server::on_news(std::uint64_t session) {
    const auto place = running_.find(session);
    if (place == running_.end()) return;
    for (;;) {
        const auto news = place->second.worker->receive<session::ConnectionNews>(mono_now());
        if (news.state == rt::LinkState::empty) break;
        if (news.state == rt::LinkState::closed) {
            worker_lost(session, place->second.worker->how_it_ended().value_or("has ended"));
            break;
        }
        SessionEntry* const entry = listener_->sessions().find(session);
        on_connection(*entry, *news.message);
        if (!running_.contains(session)) break; // those were its last news
    }
    settle();
}

void Server::on_connection(SessionEntry& entry, const session::ConnectionNews& news) {
    if (const auto* snapshot = std::get_if<session::ConnectionSnapshot>(&news)) {
        if (const auto load = listener_->sessions().note(entry, *snapshot))
            static_cast<void>(running_.at(entry.id).worker->send(session::ConnectionOrder{*load}));
    } else if (const auto* opened = std::get_if<session::ConnectionOpened>(&news)) {
        listener_->on_opened(entry.id);
        sink_.write(announce_opened(entry, opened->rtt));
    } else if (const auto* done = std::get_if<session::TestDone>(&news)) {
        ++entry.tests_done;
        sink_.write(announce_test(entry, *done));
    } else {
        const wire::End end = std::get<session::ConnectionEnded>(news).end;
        if (end == wire::End::worker_failed) return worker_lost(entry.id, "one of its ports");
        close_session(entry.id, end);
    }
}

// Ends.

void Server::check_signs_of_life(MonoTime now) {
    hang_check_.begin(now, config_.worker_timeout);
    next_check_ = now + config_.worker_timeout / checks_per_timeout;
    std::vector<std::uint64_t> hanging;
    for (const auto& [id, running] : running_)
        if (hang_check_.hangs(*running.worker)) hanging.push_back(id);
    for (const std::uint64_t id : hanging)
        worker_lost(id, "hangs");
}

void Server::worker_lost(std::uint64_t session, std::string_view how) {
    const SessionEntry* const entry = listener_->sessions().find(session);
    sink_.write(announce_worker_failed(*entry, how));
    last_word(*entry, running_.at(session), wire::End::worker_failed);
    close_session(session, wire::End::worker_failed);
}

// Says CLOSE in the name of a worker that cannot any more. The socket knows the client as soon as
// the control port is proven; before that there is nobody to tell. Sent thrice against loss.
void Server::last_word(const SessionEntry& entry, const Running& running, wire::End end) const {
    session::Sealer sealer{entry.id, entry.control_keys.server_to_client};
    sealer.start_at(last_word_counter);
    for (int i = 0; i < 3; ++i) {
        std::array<std::uint8_t, wire::longest_sealed> message{};
        const std::size_t length = sealer.seal(wire::Close{end}, message);
        static_cast<void>(
            ::send(running.control.get(), message.data(), length, MSG_DONTWAIT | MSG_NOSIGNAL));
    }
}

void Server::close_session(std::uint64_t session, wire::End end) {
    const SessionEntry* const entry = listener_->sessions().find(session);
    sink_.write(announce_ended(*entry, end, mono_now() - entry->since));
    ++ended_counts_[std::string{wire::name(end)}];
    ended_.push_back(std::move(running_.at(session)));
    running_.erase(session);
    listener_->on_ended(session);
    if (running_.empty()) tell_status(mono_now());
    bury_.soon();
}

} // namespace wyn::daemon
