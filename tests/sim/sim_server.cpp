#include "sim/sim_server.hpp"

#include "session/seal.hpp"

namespace wyn::sim {

using session::port_roles;
using session::PortRole;

// One session's worker: the production connection and its three ports.
class SimServer::Session final : public Actor {
public:
    Session(SimHost& host, SimServer& server, const daemon::Admitted& admitted,
            std::array<std::shared_ptr<SimDatagrams>, 3> sockets, Duration link_delay)
        : Actor{host}, server_{server}, id_{admitted.setup.session},
          timeout_{admitted.setup.worker_timeout}, connection_{admitted.setup, host.now()},
          messages_{*this, host, link_delay} {
        for (const PortRole role : port_roles) {
            auto& socket = sockets[static_cast<std::size_t>(role)];
            dgram::Datagrams& door = *socket;
            at(role).emplace(
                host, std::move(socket), door, admitted.setup.port(role), server.random_,
                link_delay,
                [this](PortRole from, const session::PortNews& news) {
                    messages_.post(Message{.from = from, .news = news});
                },
                server.spec_.story);
        }
        heard_.fill(host.now());
        wake();
    }

    std::optional<SimPort>& at(PortRole role) { return ports_[static_cast<std::size_t>(role)]; }

    void close(wire::End why) { messages_.post(Message{.close = why}); }
    void note(const session::NoteServerLoad& load) { messages_.post(Message{.load = load.now}); }
    void kill_port(PortRole role) {
        at(role)->stop();
        messages_.post(Message{.from = role});
    }
    // Its links end, so the ports end; the daemon notices.
    void kill() {
        stop();
        for (auto& port : ports_)
            port->stop();
        server_.news_.post({.session = id_, .news = std::nullopt});
    }

private:
    struct Message {
        PortRole from = PortRole::control;
        std::optional<session::PortNews> news; // nothing: the port's worker is gone
        std::optional<wire::End> close;        // an order of the daemon
        std::optional<wire::ServerLoad> load;  // another one
    };

    MonoTime turn(MonoTime now) override {
        while (const auto message = messages_.take()) {
            if (message->close) {
                connection_.close(now, *message->close, out_);
                continue;
            }
            if (message->load) {
                connection_.note_server_load(*message->load);
                continue;
            }
            heard_[static_cast<std::size_t>(message->from)] = now;
            if (message->news)
                connection_.on_news(now, message->from, *message->news, out_);
            else
                connection_.on_port_lost(out_);
        }
        const MonoTime quiet = *std::min_element(heard_.begin(), heard_.end()) + timeout_;
        if (now >= quiet) connection_.on_port_lost(out_);
        if (now >= connection_.due()) connection_.on_timer(now, out_);
        for (const auto& [role, order] : out_.orders)
            at(role)->order(order);
        for (const session::ConnectionNews& news : out_.news)
            server_.news_.post({.session = id_, .news = news});
        out_.clear();
        return connection_.ended() ? never : std::min(connection_.due(), quiet);
    }

    SimServer& server_;
    std::uint64_t id_;
    Duration timeout_;
    session::ServerConnection connection_;
    session::ConnectionOutbox out_;
    Mailbox<Message> messages_;
    std::array<std::optional<SimPort>, 3> ports_;
    std::array<MonoTime, 3> heard_{};
};

SimServer::SimServer(SimHost& host, const ServerSpec& spec)
    : Actor{host}, spec_{spec}, random_{host.random_of("server")},
      listening_{std::make_unique<SimDatagrams>(host, spec.port, spec.socket)},
      listener_{spec.settings, crypto::Keyring{spec.keys}, random_, host.now(), *this},
      news_{*this, host, spec.link_delay} {
    WYN_CHECK(listening_->is_open());
    listening_->on_ready([this] { wake(); });
    wake();
}

SimServer::~SimServer() = default;

bool SimServer::open_port(std::uint16_t port, const dgram::Address& /*local*/) {
    if (spec_.taken_ports.contains(port)) return false;
    auto socket = std::make_shared<SimDatagrams>(host(), port, spec_.socket);
    if (!socket->is_open()) return false;
    socket->trouble(trouble_);
    opened_[port] = std::move(socket);
    return true;
}

void SimServer::close_port(std::uint16_t port) {
    opened_.erase(port);
}

bool SimServer::start(const daemon::Admitted& admitted) {
    if (refuses_workers_) return false;
    std::array<std::shared_ptr<SimDatagrams>, 3> sockets;
    for (std::size_t i = 0; i < sockets.size(); ++i) {
        const auto opened = opened_.find(admitted.ports[i]);
        WYN_CHECK(opened != opened_.end());
        sockets[i] = std::move(opened->second);
        opened_.erase(opened);
    }
    const std::uint64_t id = admitted.setup.session;
    SessionRecord& record = records_[id];
    record.admitted = admitted;
    record.begun = host().queue().now();
    if (tell_) tell_(record);
    sessions_[id] =
        std::make_unique<Session>(host(), *this, admitted, std::move(sockets), spec_.link_delay);
    return true;
}

void SimServer::listen(MonoTime now) {
    daemon::ListenerOutbox out;
    dgram::ReceivedTrain train;
    for (;;) {
        const auto received = listening_->receive(train);
        if (!received) continue;
        if (!*received) break;
        for (std::size_t i = 0; i < train.count(); ++i) {
            const std::size_t before = listener_.sessions().size();
            listener_.on_datagram(now, train.from, endpoint(), train[i], out);
            if (watch_) watch_(train.from, train[i], before, listener_.sessions().size());
        }
    }
    listener_.on_timer(now, out);
    for (const daemon::ListenerReply& reply : out.replies)
        listening_->send(std::span{reply.bytes}.first(reply.size), reply.size, &reply.to);
}

MonoTime SimServer::turn(MonoTime now) {
    while (const auto news = news_.take())
        on_news(*news);
    listen(now);
    return listener_.due();
}

void SimServer::on_news(const News& news) {
    if (!sessions_.contains(news.session)) return;
    SessionRecord& record = records_.at(news.session);
    if (!news.news) return end_session(news.session, wire::End::worker_failed);
    if (const auto* snapshot = std::get_if<session::ConnectionSnapshot>(&*news.news)) {
        record.last = *snapshot;
        daemon::SessionEntry* const entry = listener_.sessions().find(news.session);
        if (const auto load = listener_.sessions().note(*entry, *snapshot))
            sessions_.at(news.session)->note(*load);
    } else if (const auto* test = std::get_if<session::TestDone>(&*news.news)) {
        record.tests.push_back(*test);
    } else if (std::holds_alternative<session::ConnectionOpened>(*news.news)) {
        record.opened = host().queue().now();
        listener_.on_opened(news.session);
    } else {
        end_session(news.session, std::get<session::ConnectionEnded>(*news.news).end);
    }
}

void SimServer::end_session(std::uint64_t id, wire::End end) {
    SessionRecord& record = records_.at(id);
    record.ends.push_back(end);
    Session& session = *sessions_.at(id);
    if (end == wire::End::worker_failed)
        last_word(record, *session.at(PortRole::control)->socket());
    for (const PortRole role : port_roles) {
        const SimDatagrams::Troubles& troubles = session.at(role)->socket()->troubles();
        troubles_.refused += troubles.refused;
        troubles_.blocked += troubles.blocked;
        troubles_.coalesced += troubles.coalesced;
    }
    sessions_.erase(id);
    listener_.on_ended(id);
    record.ended = host().queue().now();
}

// The daemon holds the control socket too and knows its keys; a counter that the dead worker cannot
// have reached makes the message new.
void SimServer::last_word(const SessionRecord& record, SimDatagrams& control) {
    if (!control.peer()) return; // nobody was proven yet, so nobody is told
    session::Sealer sealer{record.admitted.setup.session,
                           record.admitted.setup.control.server_to_client};
    sealer.start_at(std::uint64_t{1} << 63);
    std::array<std::uint8_t, wire::longest_sealed> bytes{};
    const std::size_t size = sealer.seal(wire::Close{wire::End::worker_failed}, bytes);
    control.send(std::span{bytes}.first(size), size, nullptr);
}

SimPort* SimServer::port(std::uint64_t id, PortRole role) {
    const auto found = sessions_.find(id);
    return found == sessions_.end() ? nullptr : &*found->second->at(role);
}

void SimServer::kill_port(std::uint64_t id, PortRole role) {
    if (sessions_.contains(id)) sessions_.at(id)->kill_port(role);
}

void SimServer::hang_port(std::uint64_t id, PortRole role, Duration time) {
    if (SimPort* const hanging = port(id, role)) hanging->stall(time);
}

void SimServer::kill_connection(std::uint64_t id) {
    if (sessions_.contains(id)) sessions_.at(id)->kill();
}

void SimServer::send_trouble(const SendTrouble& trouble) {
    trouble_ = trouble;
    for (auto& [id, session] : sessions_)
        for (const PortRole role : port_roles)
            session->at(role)->socket()->trouble(trouble);
}

void SimServer::shut_down() {
    listener_.drain(true);
    for (auto& [id, session] : sessions_)
        session->close(wire::End::shutting_down);
}

void SimServer::crash() {
    stop();
    sessions_.clear();
    listening_->close();
}

} // namespace wyn::sim
