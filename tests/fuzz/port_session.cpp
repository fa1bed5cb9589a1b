// One port of a session, client and server, with a network between them that does anything and a
// peer with the right keys that says anything: a script of orders, time steps, trains and spoiled
// datagrams.
// Promise: before its proof the server answers beats and nothing else; it never answers with more
// than came; whatever leaves is a sound message of its session; no bulk leaves without feedback for
// 500 ms; no authentic message makes either side do arithmetic that overflows.
#include "session/port_session.hpp"

#include "fuzz/script.hpp"
#include "fuzz/target.hpp"

#include <cstring>
#include <deque>

using namespace wyn;

namespace {

constexpr std::uint64_t session_id = 0x1122334455667788;
const dgram::Endpoint client_endpoint{dgram::Address::v4(198, 51, 100, 1), 40000};
const dgram::Endpoint server_endpoint{dgram::Address::v4(192, 0, 2, 1), 7000};

crypto::PortKeys port_keys() {
    return {.client_to_server = {1}, .server_to_client = {2}, .bulk = {3}};
}

session::PortSetup setup_of(session::Side side, session::PortRole role) {
    const bool is_client = side == session::Side::client;
    return {.side = side,
            .role = role,
            .session = session_id,
            .keys = port_keys(),
            .peer = is_client ? server_endpoint : dgram::Endpoint{client_endpoint.address, 0},
            .terms = {.max_rate = BitRate{200'000'000}, .max_volume_bytes = 100'000'000}};
}

struct Datagram {
    std::vector<std::uint8_t> bytes;
    std::size_t segment = 0;
};

// One side with what is on its way to it.
class Side {
public:
    Side(session::Side side, session::PortRole role, MonoTime now, Random& random)
        : side_{side}, role_{role}, session_{setup_of(side, role), now, random},
          sealer_{session_id,
                  is_client() ? port_keys().server_to_client : port_keys().client_to_server},
          check_tag_{is_client() ? port_keys().client_to_server : port_keys().server_to_client} {
        // Far ahead of what the true peer sends, so that what the script says is heard.
        sealer_.start_at(1000);
    }

    bool is_client() const { return side_ == session::Side::client; }
    bool sends_bulk() const {
        return role_ == (is_client() ? session::PortRole::upload : session::PortRole::download);
    }
    void drop_in_socket(std::uint64_t datagrams) {
        drops_ += datagrams;
        session_.note_socket_drops(drops_);
    }
    std::deque<Datagram>& arriving() { return arriving_; }

    // Takes in a train as if it came from the peer, or from anywhere. Gives what left in answer.
    std::vector<Datagram> receive(MonoTime now, const Datagram& datagram,
                                  const dgram::Endpoint& from) {
        const dgram::ReceivedTrain train{.bytes = datagram.bytes,
                                         .segment_size = datagram.segment,
                                         .from = from,
                                         .stamp = {now, StampOrigin::kernel},
                                         .drops_before = drops_};
        if (train.count() > dgram::most_segments) return {};
        if (wire::peek_type(datagram.bytes) == wire::Type::feedback) last_feedback_ = now;
        session_.on_train(now, train, out_);
        std::vector<Datagram> left = flush();
        if (is_client()) return left;
        // At most one answer for each datagram, as long as what it answers, unless the proven
        // client has asked for a longer one.
        std::size_t size = 0;
        for (const Datagram& answer : left)
            if (!proven_ || wire::peek_type(answer.bytes) != wire::Type::sized)
                size += answer.bytes.size();
        WYN_CHECK(left.size() <= train.count() && size <= datagram.bytes.size());
        return left;
    }

    std::vector<Datagram> order(MonoTime now, const session::PortOrder& order) {
        session_.on_order(now, order, out_);
        return flush();
    }

    std::vector<Datagram> on_timer(MonoTime now) {
        std::vector<Datagram> left;
        // A size that the host refuses may be followed by others at once, of which none comes
        // twice.
        for (int turns = 0; turns == 0 || (session_.due() <= now && turns < 16); ++turns) {
            if (session_.wants_clock(now))
                session_.on_clock({.raw = RawTime{now.time_since_epoch()},
                                   .wall = WallTime{now.time_since_epoch()},
                                   .mono = now,
                                   .discipline = {}});
            session_.on_timer(now, out_);
            for (Datagram& datagram : flush())
                left.push_back(std::move(datagram));
        }
        // Nothing is left to do now but to send, so a loop that sleeps until then does not spin.
        WYN_CHECK(session_.due() > now || session_.is_sending() || session_.is_receiving());
        return left;
    }
    // Longer messages than this the host refuses.
    void use_device(std::uint16_t bytes, std::uint16_t path_mtu) {
        device_bytes_ = bytes;
        session_.note_path_mtu(path_mtu);
    }

    // The next train, taken by the stack as the script says.
    std::vector<Datagram> send_train(MonoTime now, const dgram::SendOutcome& wanted) {
        const session::BulkTrain train = session_.next_train(now);
        if (train.bytes.empty()) return {};
        WYN_CHECK(proven_ || is_client());
        const auto first = wire::decode_bulk(train.bytes.first(train.segment));
        WYN_CHECK(first.has_value());
        if (first->step != 0) WYN_CHECK(now - last_feedback_ < session::dead_man);
        WYN_CHECK(train.bytes.size() % train.segment == 0);
        const std::size_t count = train.bytes.size() / train.segment;
        WYN_CHECK(crypto::BulkTagger{port_keys().bulk}.verify(train.bytes, train.segment).count() ==
                  count);
        dgram::SendOutcome outcome = wanted;
        outcome.segments =
            wanted.status == dgram::SendStatus::sent ? count : wanted.segments % count;
        const auto taken = train.bytes.first(outcome.segments * train.segment);
        std::vector<Datagram> left;
        if (!taken.empty()) left.push_back({{taken.begin(), taken.end()}, train.segment});
        session_.on_sent(now, outcome);
        return left;
    }

    // The stack tells that a datagram has left, or says so.
    void depart(std::uint32_t id, MonoTime when) {
        session_.on_departure({.id = id, .stamp = {when, StampOrigin::kernel}});
    }

    // A message of the script with the seal of this side's peer.
    Datagram sealed_by_peer(const wire::SealedBody& body) {
        Datagram datagram{std::vector<std::uint8_t>(wire::room_for(body)), 0};
        datagram.bytes.resize(sealer_.seal(body, datagram.bytes));
        datagram.segment = datagram.bytes.size();
        return datagram;
    }

private:
    std::vector<Datagram> flush() {
        if (out_.connect_to) {
            WYN_CHECK(!is_client() && *out_.connect_to == client_endpoint);
            proven_ = true;
        }
        std::vector<Datagram> left;
        for (std::size_t i = 0; i < out_.datagrams.size(); ++i) {
            const session::OutDatagram out = out_.datagrams[i];
            const wire::Bytes bytes = out_.view(out);
            check_sealed(bytes);
            if (!is_client()) WYN_CHECK(proven_ || out.to);
            if (out.probe && !hand_over(*out.probe)) continue;
            if (out.size_number && out.size > device_bytes_)
                session_.on_size_refused(*out.size_number, out_);
            else
                left.push_back({{bytes.begin(), bytes.end()}, out.size});
        }
        out_.clear();
        return left;
    }

    // Each fifth probe finds no room in the stack.
    bool hand_over(std::uint32_t probe) {
        const bool taken = ++probes_ % 5 != 0;
        session_.on_handed(
            probe, {.status = taken ? dgram::SendStatus::sent : dgram::SendStatus::would_block});
        return taken;
    }

    void check_sealed(wire::Bytes datagram) {
        const auto message = wire::decode_sealed(datagram);
        WYN_CHECK(message && message->session == session_id);
        WYN_CHECK(message->counter == ++counter_);
        WYN_CHECK(check_tag_.verify(wire::covered_by_tag(datagram), wire::tag_of(datagram)));
        const bool is_beat1 = wire::peek_type(datagram) == wire::Type::beat1;
        if (!is_client() && !proven_) WYN_CHECK(is_beat1);
    }

    session::Side side_;
    session::PortRole role_;
    session::PortSession session_;
    session::Outbox out_;
    session::Sealer sealer_;
    crypto::MessageTagger check_tag_;
    std::uint64_t counter_ = 0;
    std::uint64_t drops_ = 0;  // by the socket, cumulative
    std::uint64_t probes_ = 0; // to be sent
    bool proven_ = false;
    std::size_t device_bytes_ = 65507;
    MonoTime last_feedback_{}; // when any came, whatever became of it
    std::deque<Datagram> arriving_;
};

class World {
public:
    explicit World(fuzz::Script& script)
        : script_{script}, random_{script.u8()},
          role_{session::port_roles[script.u8() % session::port_roles.size()]},
          client_{session::Side::client, role_, now_, random_},
          server_{session::Side::server, role_, now_, random_} {}

    void run() {
        for (int steps = 0; !script_.done() && steps < 2000; ++steps)
            step();
    }

private:
    enum class Act : std::uint8_t {
        wait,
        pass,
        pass_all,
        lose,
        spoil,
        repeat,
        strange,
        seal,
        bulk,
        begin,
        end,
        control,
        probing,
        socket_drops,
        hostile_receiver,
        departure,
        sizing,
        acts
    };

    void step() {
        const std::uint8_t which = script_.u8();
        Side& side = (which & 0x80) != 0 ? client_ : server_;
        switch (static_cast<Act>((which & 0x7f) % static_cast<std::uint8_t>(Act::acts))) {
        case Act::wait: return wait(std::chrono::microseconds{script_.u16()});
        case Act::pass: return pass(side, false);
        case Act::pass_all: return pass_all();
        case Act::lose:
            if (!side.arriving().empty()) side.arriving().pop_front();
            return;
        case Act::spoil: return pass(side, true);
        case Act::repeat:
            if (!side.arriving().empty()) side.arriving().push_back(side.arriving().front());
            return;
        case Act::strange: return strange(side);
        case Act::seal: return seal(side);
        case Act::bulk: return bulk(side);
        case Act::begin: return begin(side);
        case Act::end: return leave(side, side.order(now_, session::EndTest{test_, end_reason()}));
        case Act::control: return control(side);
        case Act::probing: return probing();
        case Act::socket_drops: return side.drop_in_socket(script_.u8());
        case Act::hostile_receiver: return hostile_feedback(side);
        case Act::departure: return departure(side);
        case Act::sizing: return sizing(side);
        case Act::acts: return;
        }
    }

    Side& peer_of(const Side& side) { return side.is_client() ? server_ : client_; }
    dgram::Endpoint endpoint_of(const Side& side) const {
        return side.is_client() ? client_endpoint : server_endpoint;
    }

    // What left a side is on its way to the other one.
    void leave(Side& side, std::vector<Datagram> datagrams) {
        std::deque<Datagram>& queue = peer_of(side).arriving();
        for (Datagram& datagram : datagrams)
            if (queue.size() < 256) queue.push_back(std::move(datagram));
    }

    void wait(Duration duration) {
        now_ += duration;
        const dgram::SendOutcome outcome = send_outcome();
        for (Side* side : {&client_, &server_}) {
            leave(*side, side->on_timer(now_));
            // A host that sends as long as there is something to send, within reason.
            for (int trains = 0; trains < 8; ++trains) {
                auto left = side->send_train(now_, outcome);
                const bool more = !left.empty() && outcome.status == dgram::SendStatus::sent;
                leave(*side, std::move(left));
                if (!more) break;
            }
        }
    }

    dgram::SendOutcome send_outcome() {
        const std::uint8_t luck = script_.u8();
        if (luck < 0xe0) return {.status = dgram::SendStatus::sent};
        return {.status =
                    luck % 2 == 0 ? dgram::SendStatus::would_block : dgram::SendStatus::refused,
                .segments = luck % 8U,
                .error = 105};
    }

    void pass(Side& side, bool spoiled) {
        if (side.arriving().empty()) return;
        Datagram datagram = std::move(side.arriving().front());
        side.arriving().pop_front();
        if (spoiled && !datagram.bytes.empty()) {
            const std::uint8_t how = script_.u8();
            if (how % 4 == 0) datagram.bytes.resize(script_.u16() % (datagram.bytes.size() + 1));
            if (how % 4 == 1) datagram.segment = script_.u16();
            if (!datagram.bytes.empty()) {
                std::uint8_t& place = datagram.bytes[script_.u16() % datagram.bytes.size()];
                place ^= script_.u8();
            }
        }
        deliver(side, datagram, endpoint_of(peer_of(side)));
    }

    void pass_all() {
        for (int rounds = 0; rounds < 64; ++rounds) {
            if (client_.arriving().empty() && server_.arriving().empty()) return;
            pass(client_, false);
            pass(server_, false);
        }
    }

    void deliver(Side& side, const Datagram& datagram, const dgram::Endpoint& from) {
        leave(side, side.receive(now_, datagram, from));
    }

    // Bytes of the script from an endpoint of the script.
    void strange(Side& side) {
        dgram::Endpoint from = endpoint_of(peer_of(side));
        const std::uint8_t where = script_.u8();
        if (where % 4 == 1) from.port = script_.u16();
        if (where % 4 == 2) from.address.bytes[15] = script_.u8();
        const std::size_t segment = script_.u16();
        leave(side, side.receive(now_, {script_.counted_bytes(), segment}, from));
    }

    // The script's bytes, read as any message, under the right seal: a peer without manners.
    void seal(Side& side) {
        auto bytes = script_.counted_bytes();
        if (bytes.size() < sizeof(wire::HeaderLayout) || bytes.size() > 0xffff) return;
        wire::HeaderLayout header;
        std::memcpy(&header, bytes.data(), sizeof header);
        header.magic = wire::protocol_magic;
        header.version = wire::protocol_version;
        header.length = bytes.size();
        std::memcpy(bytes.data(), &header, sizeof header);
        const auto message = wire::decode_sealed(bytes);
        if (!message) return;
        deliver(side, side.sealed_by_peer(message->body), endpoint_of(peer_of(side)));
    }

    // A train of the script's headers with right tags.
    void bulk(Side& side) {
        const std::size_t count = 1 + script_.u8() % 4U;
        const std::size_t segment = 40 + script_.u8() % 64U;
        Datagram train{std::vector<std::uint8_t>(count * segment), segment};
        for (std::size_t i = 0; i < count; ++i)
            wire::encode_bulk({.length = static_cast<std::uint16_t>(segment),
                               .test = static_cast<std::uint16_t>(test_ + script_.u8() / 128U),
                               .sequence = script_.u8() < 16 ? script_.u64() : script_.u16(),
                               .sent_ns = script_.u8() < 16 ? script_.u64() : to_ns(now_),
                               .step = script_.u8() < 16 ? script_.u32() : script_.u8(),
                               .receipt = script_.u8()},
                              std::span{train.bytes}.subspan(i * segment, segment), segment);
        crypto::BulkTagger{port_keys().bulk}.tag(train.bytes, segment);
        deliver(side, train, endpoint_of(peer_of(side)));
    }

    void begin(Side& side) {
        if (role_ == session::PortRole::control) return;
        ++test_;
        Side& sender = side.sends_bulk() ? side : peer_of(side);
        const session::BeginReceiving receiving{
            .test = test_, .granted = BitRate{200'000'000}, .volume_bytes = 100'000'000};
        leave(peer_of(sender), peer_of(sender).order(now_, receiving));
        const std::uint64_t rate = 1 + script_.u32() % 200'000'000;
        const session::BeginSending sending{
            .test = test_,
            .search = script_.u8() % 2 == 0 ? wire::Search::fixed : wire::Search::type_b,
            .rate = BitRate{rate},
            .granted = BitRate{200'000'000},
            .duration = std::chrono::milliseconds{1 + script_.u16() % 5000},
            .datagram_bytes = static_cast<std::uint16_t>(40 + script_.u16() % (65507 - 40 + 1)),
            .volume_bytes = script_.u8() % 4 == 0 ? script_.u32() : 100'000'000};
        leave(sender, sender.order(now_, sending));
    }

    wire::End end_reason() { return *wire::end_from(1 + script_.u8() % 15); }

    void control(Side& side) {
        if (role_ != session::PortRole::control) return;
        const session::ControlBody body =
            side.is_client() ? session::ControlBody{wire::Stop{.test = script_.u8()}}
                             : session::ControlBody{wire::Close{end_reason()}};
        leave(side, side.order(now_, session::SendControl{body}));
    }

    void probing() {
        if (role_ != session::PortRole::control) return;
        const std::uint8_t how = script_.u8();
        const auto timing =
            how >= 0x80 ? session::ProbeTiming::poisson : session::ProbeTiming::periodic;
        leave(client_,
              client_.order(
                  now_, session::SetProbing{.interval = std::chrono::milliseconds{how % 40},
                                            .timing = timing,
                                            .seed = how,
                                            .payload_bytes = static_cast<std::uint16_t>(
                                                wire::shortest_probe + how * std::size_t{5}),
                                            .stamp_echoes = how % 3 != 0,
                                            .most_probes = how % 4 == 0 ? std::uint32_t{how} : 0}));
    }

    void departure(Side& side) {
        const std::uint32_t id = script_.u8();
        side.depart(id, now_ - std::chrono::microseconds{script_.u16()});
    }

    // The hosts' devices are what the script says, then the client looks how long packets may be.
    void sizing(Side& side) {
        const std::uint16_t device = script_.u16();
        side.use_device(device, script_.u16());
        if (role_ != session::PortRole::control) return;
        leave(client_, client_.order(now_, session::FindPathMtu{.ceiling = script_.u16()}));
    }

    // Feedback that says what the sender hopes to hear: the receipt is what it cannot know, so it
    // is taken from a datagram on its way when there is one.
    void hostile_feedback(Side& side) {
        wire::Feedback feedback{.test = test_};
        for (const Datagram& datagram : peer_of(side).arriving())
            if (const auto header = wire::decode_bulk(std::span{datagram.bytes}.first(
                    std::min(datagram.segment, datagram.bytes.size())))) {
                feedback.newest_step = header->step;
                feedback.newest_receipt = header->receipt;
                feedback.newest_sequence = header->sequence + script_.u8();
            }
        feedback.newest_sent_ns = script_.u64() >> 2;
        feedback.held_ns = script_.u64() >> 2;
        feedback.totals.packets = script_.u8() < 128 ? feedback.newest_sequence : script_.u64();
        feedback.totals.payload_bytes = script_.u8() < 128 ? 0 : script_.u64();
        feedback.totals.reordered = script_.u64();
        feedback.totals.duplicates = script_.u64();
        deliver(side, side.sealed_by_peer(feedback), endpoint_of(peer_of(side)));
    }

    fuzz::Script& script_;
    SeededRandom random_;
    MonoTime now_{1000s};
    session::PortRole role_;
    Side client_;
    Side server_;
    std::uint32_t test_ = 0;
};

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Script script{data, size};
    World{script}.run();
    return 0;
}
