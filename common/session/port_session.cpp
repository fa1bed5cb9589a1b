#include "session/port_session.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <utility>

namespace wyn::session {

namespace {

// Until the server has confirmed a port the client beats about once per round trip of a long path.
constexpr Duration beat_until_confirmed = 50ms;
constexpr Duration clock_interval = 1s;

const crypto::Key128& sending_key(const PortSetup& setup) {
    return setup.side == Side::client ? setup.keys.client_to_server : setup.keys.server_to_client;
}
const crypto::Key128& receiving_key(const PortSetup& setup) {
    return setup.side == Side::client ? setup.keys.server_to_client : setup.keys.client_to_server;
}

// The datagrams from `begin` up to but not including `end`.
dgram::ReceivedTrain part_of(const dgram::ReceivedTrain& train, std::size_t begin,
                             std::size_t end) {
    dgram::ReceivedTrain part = train;
    const std::size_t from = begin * train.segment_size;
    const std::size_t until = std::min(end * train.segment_size, train.bytes.size());
    part.bytes = train.bytes.subspan(from, until - from);
    return part;
}

} // namespace

std::string_view name(PortRole role) {
    switch (role) {
    case PortRole::control: return "control";
    case PortRole::upload: return "upload";
    case PortRole::download: return "download";
    }
    return "unknown";
}

PortSession::PortSession(const PortSetup& setup, MonoTime now, Random& random)
    : setup_{setup}, random_{random}, sealer_{setup.session, sending_key(setup)},
      opener_{setup.session, receiving_key(setup)}, activity_{setup, now} {
    counts_.role = setup.role;
    if (is_server()) {
        answerer_ = std::make_unique<BeatAnswerer>(random);
    } else {
        asker_ =
            std::make_unique<BeatAsker>(random, now, setup.terms.heartbeat, beat_until_confirmed);
        peer_ = setup.peer;
    }
}

bool PortSession::sends_bulk() const {
    return is_server() ? setup_.role == PortRole::download : setup_.role == PortRole::upload;
}

std::uint64_t PortSession::packets_moved() const {
    if (sender_) return sender_->packets_sent();
    return receiver_ ? receiver_->packets_received() : 0;
}

bool PortSession::may_talk(const dgram::Endpoint& from) const {
    // Before the proof any port of the client's address may try; afterwards only the proven one.
    return peer_ ? from == *peer_ : from.address == setup_.peer.address;
}

OutDatagram& PortSession::send(const wire::SealedBody& body, Outbox& out,
                               const std::optional<dgram::Endpoint>& to) {
    OutDatagram& datagram = out.datagrams.emplace_back();
    datagram.begin = out.bytes.size();
    out.bytes.resize(datagram.begin + wire::room_for(body));
    datagram.size = sealer_.seal(body, std::span{out.bytes}.subspan(datagram.begin));
    out.bytes.resize(datagram.begin + datagram.size);
    datagram.to = to;
    ++counts_.datagrams_out;
    counts_.bytes_out += datagram.size;
    ++counts_.messages_out;
    counts_.message_bytes_out += datagram.size;
    activity_.note_change();
    return datagram;
}

// Orders.

void PortSession::on_order(MonoTime now, const PortOrder& order, Outbox& out) {
    activity_.note_work(now);
    activity_.note_change();
    if (const auto* begin = std::get_if<BeginSending>(&order)) {
        WYN_CHECK(sends_bulk());
        const std::uint32_t header_bytes = setup_.peer.address.header_bytes();
        sender_ = std::make_unique<BulkSender>(*begin, setup_.keys.bulk, setup_.terms, header_bytes,
                                               random_, now);
        sender_->use_departure_times(door_.departure_times);
        end_told_ = false;
    } else if (const auto* receive = std::get_if<BeginReceiving>(&order)) {
        WYN_CHECK(setup_.role != PortRole::control && !sends_bulk());
        receiver_ = std::make_unique<BulkReceiver>(*receive, setup_.terms, socket_drops_);
        receiver_->note_capabilities(door_);
        if (!bulk_tagger_) bulk_tagger_ = std::make_unique<crypto::BulkTagger>(setup_.keys.bulk);
        end_told_ = false;
        broken_told_ = false;
    } else if (const auto* end = std::get_if<EndTest>(&order)) {
        if (sender_ && sender_->test() == end->test) sender_->end(end->end);
        if (receiver_ && receiver_->test() == end->test)
            if (const auto last = receiver_->end(now)) send(*last, out);
        end_told_ = false; // asked for its record, even if it was told before
    } else if (const auto* probing = std::get_if<SetProbing>(&order)) {
        on_probing(now, *probing);
    } else if (const auto* find = std::get_if<FindPathMtu>(&order)) {
        mtu_prober_ = std::make_unique<PathMtuProber>(
            PathMtuProber::Setup{.header_bytes = setup_.peer.address.header_bytes(),
                                 .ceiling = find->ceiling,
                                 .kernel_mtu = path_mtu_,
                                 .rtt = rtt_},
            now);
    } else if (const auto* control = std::get_if<SendControl>(&order)) {
        // Before the proof there is nobody whom the server could tell anything.
        if (peer_) std::visit([&](const auto& body) { send(body, out); }, control->body);
    }
    on_timer(now, out);
}

// Before the server has confirmed the port it drops probes, and they would seem to be lost on their
// way.
void PortSession::on_probing(MonoTime now, const SetProbing& order) {
    const bool begins = order.interval > Duration::zero();
    if (begins && !asker_->confirmed()) {
        waiting_probing_ = order;
        return;
    }
    if (!latency_prober_) latency_prober_ = std::make_unique<LatencyProber>();
    if (waiting_probing_) latency_prober_->set(now, *std::exchange(waiting_probing_, std::nullopt));
    latency_prober_->set(now, order);
}

// Datagrams.

void PortSession::on_train(MonoTime now, const dgram::ReceivedTrain& train, Outbox& out) {
    const std::size_t count = train.count();
    activity_.note_change();
    if (train.cut_off) return counts_.drops.count(wire::Drop::length, count);
    if (!may_talk(train.from)) return counts_.drops.count(wire::Drop::source, count);
    const Arrived at{.now = now,
                     .stamp = train.stamp,
                     .from = train.from,
                     .read = train.read_at,
                     .traffic_class = train.traffic_class.value_or(dgram::TrafficClass{}).byte(),
                     .socket_drops = train.drops_before};
    // The kernel coalesces by sender and size, not by meaning: a shorter message ends a train of
    // bulk, and a heartbeat may stand in the middle of bulk of its size.
    for (std::size_t i = 0; i < count;) {
        const wire::Bytes rest = train.bytes.subspan(i * train.segment_size);
        std::size_t end =
            i + (rest.empty() ? 0 : wire::count_of_type_bulk(rest, train.segment_size));
        if (end > i)
            on_bulk(part_of(train, i, end));
        else
            on_message(at, train[end++], out);
        i = end;
    }
}

void PortSession::on_bulk(const dgram::ReceivedTrain& train) {
    const std::size_t count = train.count();
    if (!is_receiving() || !peer_) return counts_.drops.count(wire::Drop::unexpected, count);
    const auto authentic = bulk_tagger_->verify(train.bytes, train.segment_size);
    count_bulk(train, authentic);
    if (authentic.any()) activity_.note_heard(train.stamp.time);
    receiver_->on_train(train, authentic);
}

void PortSession::count_bulk(const dgram::ReceivedTrain& train,
                             const std::bitset<crypto::longest_train>& authentic) {
    const std::size_t count = train.count();
    const std::size_t right = authentic.count();
    counts_.datagrams_in += right;
    if (right == count) {
        counts_.bytes_in += train.bytes.size();
        return;
    }
    counts_.drops.count(wire::Drop::tag, count - right);
    for (std::size_t i = 0; i < count; ++i)
        if (authentic[i]) counts_.bytes_in += train[i].size();
}

void PortSession::on_message(const Arrived& at, wire::Bytes datagram, Outbox& out) {
    const auto body = opener_.open(datagram);
    if (!body) {
        if (body.error() == wire::Drop::replayed) on_copy(datagram);
        return counts_.drops.count(body.error());
    }
    activity_.note_heard(at.now);
    ++counts_.datagrams_in;
    counts_.bytes_in += datagram.size();
    ++counts_.messages_in;
    counts_.message_bytes_in += datagram.size();
    if (const auto drop = dispatch(at, *body, out)) counts_.drops.count(*drop);
}

template <typename Body>
std::optional<wire::Drop> PortSession::pass_up(const Body& body, bool expected, Outbox& out) {
    if (!expected || setup_.role != PortRole::control || !peer_) return wire::Drop::unexpected;
    out.news.emplace_back(ControlArrived{body});
    return std::nullopt;
}

std::optional<wire::Drop> PortSession::dispatch(const Arrived& at, const wire::SealedBody& body,
                                                Outbox& out) {
    if (const auto* beat = std::get_if<wire::Beat>(&body)) return on_beat(at, *beat, out);
    if (const auto* feedback = std::get_if<wire::Feedback>(&body))
        return on_feedback(at, *feedback, out);
    if (const auto* probe = std::get_if<wire::Probe>(&body)) return on_probe(at, *probe, out);
    if (const auto* echo = std::get_if<wire::Echo>(&body)) return on_echo(at, *echo);
    if (const auto* size = std::get_if<wire::Size>(&body)) return on_size(at.now, *size, out);
    if (const auto* sized = std::get_if<wire::Sized>(&body)) {
        if (!mtu_prober_) return wire::Drop::unexpected;
        return mtu_prober_->on_sized(*sized);
    }
    if (const auto* start = std::get_if<wire::Start>(&body))
        return pass_up(*start, is_server(), out);
    if (const auto* stop = std::get_if<wire::Stop>(&body)) return pass_up(*stop, is_server(), out);
    if (const auto* ready = std::get_if<wire::Ready>(&body))
        return pass_up(*ready, !is_server(), out);
    if (const auto* report = std::get_if<wire::Report>(&body))
        return pass_up(*report, !is_server(), out);
    if (const auto* close = std::get_if<wire::Close>(&body)) return pass_up(*close, true, out);
    return pass_up(std::get<wire::Closed>(body), true, out);
}

std::optional<wire::Drop> PortSession::on_size(MonoTime now, const wire::Size& size, Outbox& out) {
    if (setup_.role != PortRole::control || !is_server() || !peer_) return wire::Drop::unexpected;
    if (!size_answerer_) size_answerer_ = std::make_unique<SizeAnswerer>();
    send(size_answerer_->on_size(now, size, path_mtu_), out).size_number = size.number;
    return std::nullopt;
}

void PortSession::on_size_refused(std::uint32_t number, Outbox& out) {
    if (mtu_prober_) mtu_prober_->on_refused(number);
    if (size_answerer_)
        if (const auto answer = size_answerer_->on_refused(number)) send(*answer, out);
}

void PortSession::note_path_mtu(std::optional<std::size_t> bytes) {
    path_mtu_ = static_cast<std::uint16_t>(std::min<std::size_t>(bytes.value_or(0), 0xffff));
    if (mtu_prober_ && path_mtu_ != 0) mtu_prober_->on_kernel_mtu(path_mtu_);
}

std::optional<wire::Drop> PortSession::on_beat(const Arrived& at, const wire::Beat& beat,
                                               Outbox& out) {
    BeatOutcome outcome;
    if (is_server() && beat.step == 0)
        outcome = answerer_->on_beat0(at.stamp, at.now, at.from, beat);
    else if (is_server() && beat.step == 2)
        outcome = answerer_->on_beat2(at.stamp, at.from, beat);
    else if (!is_server() && beat.step == 1)
        outcome = asker_->on_beat1(at.stamp, at.now, beat);
    else
        return wire::Drop::unexpected;

    if (outcome.drop) return outcome.drop;
    if (outcome.rtt) rtt_ = *outcome.rtt;
    if (outcome.confirmed) {
        if (is_server()) {
            peer_ = at.from;
            out.connect_to = at.from;
        }
        out.news.emplace_back(PortValid{.peer = at.from, .rtt = rtt_});
    }
    if (outcome.answer && !may_leave_out(*outcome.answer, at.now)) {
        const bool addressed = is_server() && !peer_;
        send(*outcome.answer, out, addressed ? std::optional{at.from} : std::nullopt);
    }
    return std::nullopt;
}

// At rest a BEAT0 says that the client is there and BEAT1 that the server is: a BEAT2 would tell
// the server no more than what a round trip takes.
bool PortSession::may_leave_out(const wire::Beat& answer, MonoTime now) const {
    return answer.step == 2 && asker_->confirmed() && activity_.rests(now);
}

std::optional<wire::Drop> PortSession::on_probe(const Arrived& at, const wire::Probe& probe,
                                                Outbox& out) {
    if (setup_.role != PortRole::control || !is_server() || !peer_) return wire::Drop::unexpected;
    activity_.note_probed(at.now);
    if (!latency_answerer_) {
        latency_answerer_ = std::make_unique<LatencyAnswerer>(setup_.terms.max_rate);
        clock_watch_ = std::make_unique<ClockWatch>();
    }
    const auto echo = latency_answerer_->on_probe(at.stamp, at.now, at.traffic_class, probe);
    if (!echo) return echo.error();
    OutDatagram& datagram = send(*echo, out);
    // As the probe came, but it has its own congestion to meet.
    datagram.options.emplace(
        dgram::SendOptions{.traffic_class = static_cast<std::uint8_t>(at.traffic_class & ~3U)});
    if (echo->stamped) datagram.options->departure_id = echo->number;
    if (!probe.sweep) datagram.probe = echo->number;
    return std::nullopt;
}

std::optional<wire::Drop> PortSession::on_echo(const Arrived& at, const wire::Echo& echo) {
    if (!latency_prober_) return wire::Drop::unexpected;
    return latency_prober_->on_echo({.stamp = at.stamp,
                                     .read = at.read,
                                     .traffic_class = at.traffic_class,
                                     .socket_drops = at.socket_drops},
                                    echo);
}

// An authentic message whose counter was used before: of the latency flow that is a duplicate,
// which counts as such and is not answered.
void PortSession::on_copy(wire::Bytes datagram) {
    const auto message = wire::decode_sealed(datagram);
    if (!message) return;
    if (const auto* probe = std::get_if<wire::Probe>(&message->body); probe && latency_answerer_)
        latency_answerer_->on_copy(*probe);
    if (const auto* echo = std::get_if<wire::Echo>(&message->body); echo && latency_prober_)
        latency_prober_->on_copy(*echo);
}

void PortSession::on_handed(std::uint32_t probe, const dgram::SendOutcome& outcome) {
    if (latency_prober_) latency_prober_->on_handed(probe, outcome);
    if (latency_answerer_) latency_answerer_->on_handed(probe, outcome);
}

void PortSession::on_departure(const dgram::Departure& departure) {
    if (latency_prober_) latency_prober_->on_departure(departure.id, departure.stamp);
    if (latency_answerer_) latency_answerer_->on_departure(departure.id, departure.stamp);
}

bool PortSession::wants_clock(MonoTime now) const {
    return clock_watch_ && now - clock_watch_->observed() >= clock_interval &&
           activity_.is_probed(now, clock_interval);
}

void PortSession::on_clock(const ClockReading& reading) {
    clock_watch_->observe(reading);
    latency_answerer_->note_clock(*clock_watch_->state());
}

std::optional<wire::Drop> PortSession::on_feedback(const Arrived& at,
                                                   const wire::Feedback& feedback, Outbox& out) {
    if (!sender_ || !peer_ || !sender_->on_feedback(at.stamp.time, feedback))
        return wire::Drop::unexpected;
    // What the receiver tells of an ended load is its result, which nobody should have to wait for.
    if (sender_->ended()) out.news.emplace_back(snapshot());
    return std::nullopt;
}

void PortSession::note_socket_drops(std::uint64_t cumulative) {
    socket_drops_ = cumulative;
    if (is_receiving()) receiver_->note_socket_drops(cumulative);
}

void PortSession::note_capabilities(const dgram::Capabilities& capabilities) {
    door_ = capabilities;
    if (is_receiving()) receiver_->note_capabilities(capabilities);
}

// Time.

BulkTrain PortSession::next_train(MonoTime now) {
    return sender_ && peer_ ? sender_->next_train(now) : BulkTrain{};
}

MonoTime PortSession::train_due() const {
    return sender_ && peer_ ? sender_->train_due() : never;
}

Duration PortSession::spin() const {
    return sender_ && peer_ ? sender_->spin() : Duration::zero();
}

void PortSession::on_sent(MonoTime now, const dgram::SendOutcome& outcome) {
    counts_.datagrams_out += outcome.segments;
    counts_.bytes_out += outcome.segments * sender_->datagram_bytes();
    sender_->on_sent(now, outcome);
}

void PortSession::on_timer(MonoTime now, Outbox& out) {
    if (works()) activity_.note_work(now);
    if (asker_) {
        asker_->set_interval(now, activity_.beat_interval(now, probing_interval()));
        if (const auto beat = asker_->on_timer(now)) send(*beat, out);
    }
    if (waiting_probing_ && asker_->confirmed())
        on_probing(now, *std::exchange(waiting_probing_, std::nullopt));
    if (latency_prober_) {
        send_probes(now, out);
        while (const auto news = latency_prober_->take_news(now))
            out.news.emplace_back(*news);
    }
    if (mtu_prober_) probe_path_mtu(now, out);
    if (sender_) sender_->on_timer(now);
    if (receiver_)
        if (const auto feedback = receiver_->on_timer(now)) send(*feedback, out);
    tell_ended_tests(out);
    if (now >= activity_.silence_due()) {
        activity_.note_silence_told();
        out.news.emplace_back(PortSilent{});
    }
    tell_snapshot(now, out);
}

void PortSession::send_probes(MonoTime now, Outbox& out) {
    while (const auto due = latency_prober_->on_timer(now)) {
        OutDatagram& datagram = send(due->probe, out);
        datagram.options = due->options;
        if (!due->probe.sweep) datagram.probe = due->probe.number;
    }
}

void PortSession::probe_path_mtu(MonoTime now, Outbox& out) {
    while (const auto size = mtu_prober_->on_timer(now))
        send(*size, out).size_number = size->number;
    if (const auto found = mtu_prober_->take_news(now)) {
        out.news.emplace_back(*found);
        mtu_prober_.reset(); // what still comes is of no use
    }
}

void PortSession::tell_ended_tests(Outbox& out) {
    if (receiver_ && !broken_told_ && receiver_->broken_grant() != wire::End::none) {
        broken_told_ = true;
        out.news.emplace_back(GrantBroken{receiver_->broken_grant()});
    }
    if (end_told_) return;
    if (sender_ && sender_->ended())
        out.news.emplace_back(TestEnded{.test = sender_->test(),
                                        .end = sender_->why_ended(),
                                        .sent = sent(),
                                        .capacity = sender_->capacity(),
                                        .received = sender_->far_side()});
    else if (receiver_ && receiver_->ended())
        out.news.emplace_back(TestEnded{.test = receiver_->test(),
                                        .end = wire::End::completed,
                                        .received = receiver_->record()});
    else
        return;
    end_told_ = true;
}

wire::SenderRecord PortSession::sent() const {
    wire::SenderRecord record = sender_->record();
    record.segmentation = door_.segmentation;
    record.traffic_class = door_.traffic_class.byte();
    return record;
}

PortSnapshot PortSession::snapshot() const {
    PortSnapshot snapshot = counts_;
    snapshot.rtt = rtt_;
    snapshot.departure_stamps = door_.departure_stamps;
    snapshot.running = is_sending() || is_receiving();
    if (sender_) {
        snapshot.test = sender_->test();
        snapshot.offered = sender_->ended() ? BitRate{0} : sender_->offered();
        snapshot.sent = sent();
        snapshot.received = sender_->far_side();
    } else if (receiver_) {
        snapshot.test = receiver_->test();
        snapshot.received = receiver_->record();
    }
    return snapshot;
}

bool PortSession::works() const {
    return is_sending() || is_receiving() || PortActivity::is_work(probing_interval()) ||
           mtu_prober_;
}

// Of the client's control port; zero: it does not probe.
Duration PortSession::probing_interval() const {
    return latency_prober_ ? latency_prober_->interval() : Duration::zero();
}

void PortSession::tell_snapshot(MonoTime now, Outbox& out) {
    if (now < activity_.snapshot_due()) return;
    activity_.note_snapshot(now);
    out.news.emplace_back(snapshot());
}

MonoTime PortSession::due() const {
    if (waiting_probing_ && asker_->confirmed()) return MonoTime{};
    MonoTime due = activity_.snapshot_due();
    if (latency_prober_) due = std::min(due, latency_prober_->due());
    if (mtu_prober_) due = std::min(due, mtu_prober_->due());
    if (asker_) due = std::min(due, asker_->due());
    if (sender_ && peer_) due = std::min(due, sender_->due());
    if (receiver_) due = std::min(due, receiver_->due());
    return std::min(due, activity_.silence_due());
}

} // namespace wyn::session
