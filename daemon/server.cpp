#include "daemon/server.hpp"

#include "clock/system_clock.hpp"
#include "daemon/announce.hpp"
#include "daemon/settings.hpp"
#include "net/runtime_directory.hpp"
#include "net/secret_file.hpp"
#include "net/udp_socket.hpp"
#include "session/seal.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace wyn::daemon {

namespace {

const std::string program = "wyndrvrd";
// A burst of loads at 10 Gbit/s survives a stall of 12 ms with this.
constexpr std::size_t listen_buffer_bytes = 1024 * 1024;
constexpr Duration stop_patience = 1s;
constexpr int checks_per_timeout = 8;
// The counter of a last word: above all that a worker can have used, so the client takes it as new.
constexpr std::uint64_t last_word_counter = std::uint64_t{1} << 63;

} // namespace

Server::Server(rt::Loop& loop, const ServerConfig& config, std::vector<std::string> config_files,
               journal::Sink& sink)
    : loop_{loop}, config_{config}, config_files_{std::move(config_files)}, sink_{sink},
      since_{mono_now()}, hang_check_{since_} {
    // Connections in this loop live and die with us.
    if (config_.connection_parallelism != Placement::single) next_check_ = since_;
}

Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(rt::Loop& loop, const ServerConfig& config,
                                              std::vector<std::string> config_files,
                                              journal::Sink& sink) {
    std::vector<crypto::NamedKey> keys;
    if (!config.key_file.empty()) {
        auto text = net::read_secret_file(config.key_file);
        if (!text) return pass_on(text, "cannot read key_file");
        auto parsed = crypto::parse_key_file(*text, config.key_file);
        crypto::wipe({reinterpret_cast<std::uint8_t*>(text->data()), text->size()});
        if (!parsed) return pass_on(parsed, "key_file");
        keys = std::move(*parsed);
    }
    std::unique_ptr<Server> server{new Server{loop, config, std::move(config_files), sink}};
    if (auto opened = server->open_listening_socket(crypto::Keyring{std::move(keys)}); !opened)
        return pass_on(opened);
    if (auto opened = server->open_control_socket(); !opened) return pass_on(opened);
    if (auto watched = server->watch(); !watched) return pass_on(watched);
    sink.write(announce_listening(server->local_, server->config_files_));
    return server;
}

Result<void> Server::open_listening_socket(crypto::Keyring keys) {
    // Nobody reads its stamps. But the kernel stamps arrivals only while a socket on the host wants
    // it, and begins a little late: what comes first to the port of a client would bear the time at
    // which it was read, and not say so. With this socket stamping never stops.
    auto socket = net::open_udp(
        {.address = config_.bind_addr, .port = config_.bind_port},
        {.stamps = true, .packet_info = true, .receive_buffer_bytes = listen_buffer_bytes});
    if (!socket) return pass_on(socket, "cannot open the listening socket (bind_addr, bind_port)");
    auto local = net::local_endpoint(socket->get());
    if (!local) return pass_on(local);
    local_ = *local;
    socket_ = std::make_unique<net::ListeningSocket>(std::move(*socket));
    SessionHost& host = *this;
    listener_ = std::make_unique<Listener>(listener_settings(config_), std::move(keys), random_,
                                           since_, host);
    return {};
}

// A control socket that was asked for must be there; the one of the default place is a convenience.
Result<void> Server::open_control_socket() {
    const std::string path = config_.control_socket.value_or(net::default_control_socket());
    if (path.empty()) return {};
    if (!config_.control_socket) net::make_directory_of(path);
    auto control =
        ControlServer::listen(loop_, path, [this] { return status::to_json(describe()); });
    if (control) {
        control_ = std::move(*control);
        return {};
    }
    if (config_.control_socket) return pass_on(control, "cannot open control_socket");
    sink_.write(announce_trouble(
        journal::Severity::warning,
        fmt::format("no control socket, so wyndrvrctl status will not find this daemon: {}",
                    control.error().what())));
    return {};
}

Result<void> Server::watch() {
    auto io = loop_.add_io(socket_->fd(), EPOLLIN, [this](std::uint32_t) { on_inquiries(); });
    if (!io) return pass_on(io);
    watch_ = std::move(*io);
    timer_ = loop_.add_timer([this] { on_timer(); });
    bury_ = loop_.add_defer([this] {
        ended_.clear();
        if (stopping_ && running_.empty()) loop_.exit(0);
    });
    return {};
}

// What the listener asks for.

bool Server::open_port(std::uint16_t port, const dgram::Address& local) {
    auto socket = net::open_udp({.address = local, .port = port},
                                {.receive_buffer_bytes = session::wanted_receive_buffer});
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
                                                               : "it takes no order")));
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
    MonoTime due = std::min(listener_->due(), stop_by_);
    if (!running_.empty()) due = std::min(due, next_check_);
    timer_.arm(due);
}

void Server::on_timer() {
    const MonoTime now = mono_now();
    listener_->on_timer(now, out_);
    if (now >= next_check_) check_signs_of_life(now);
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
        sink_.write(announce_test(entry, *done));
    } else {
        const wire::End end = std::get<session::ConnectionEnded>(news).end;
        if (end == wire::End::worker_failed) return worker_lost(entry.id, "one of its ports");
        end_session(entry.id, end);
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
    end_session(session, wire::End::worker_failed);
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

void Server::end_session(std::uint64_t session, wire::End end) {
    const SessionEntry* const entry = listener_->sessions().find(session);
    sink_.write(announce_ended(*entry, end, mono_now() - entry->since));
    ++ended_counts_[std::string{wire::name(end)}];
    ended_.push_back(std::move(running_.at(session)));
    running_.erase(session);
    listener_->on_ended(session);
    bury_.soon();
}

void Server::stop() {
    if (std::exchange(stopping_, true)) return loop_.exit(0); // asked twice: at once
    sink_.write(announce_stopping(running_.size()));
    listener_->drain();
    stop_by_ = mono_now() + stop_patience;
    for (const auto& [id, running] : running_)
        running.worker->send(
            session::ConnectionOrder{session::CloseConnection{wire::End::shutting_down}});
    bury_.soon(); // leaves at once when there is no session
    settle();
}

} // namespace wyn::daemon
