#include "sim/search_run.hpp"

#include "base/check.hpp"
#include "session/bulk_receiver.hpp"
#include "session/bulk_sender.hpp"
#include "session/client_connection.hpp"
#include "wire/codec.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <unordered_map>

namespace wyn::sim {

namespace {

using link::WorldTime;

constexpr std::uint32_t header_bytes = 28;
constexpr std::uint16_t datagram_bytes = 1472;
constexpr std::uint32_t test = 3;
constexpr Duration patience = 120s; // a run that is not over by then hangs

// A clock that began anywhere and runs a little fast or slow.
struct Clock {
    MonoTime start{};
    std::int64_t drift = 0; // parts per billion

    MonoTime at(WorldTime time) const {
        const Duration passed = time.time_since_epoch();
        return start + passed + Duration{passed.count() / 1000 * drift / 1'000'000};
    }
    // Not before the clock says `time`.
    WorldTime when(MonoTime time) const {
        if (time == never) return link::end_of_time;
        const auto passed = static_cast<double>((time - start).count());
        return WorldTime{Duration{
            static_cast<Duration::rep>(passed / (1 + static_cast<double>(drift) * 1e-9)) + 1}};
    }
};

// When a program that wants to run at some time does.
class Schedule {
public:
    Schedule(const BusyHost& host, std::uint64_t seed) : host_{host}, random_{seed} {
        if (host.stalls_per_second > 0) next_stall_ = after(WorldTime{});
    }

    // Asked again for the same time it says the same.
    WorldTime runs(WorldTime now, WorldTime wanted) {
        if (wanted == link::end_of_time) return wanted;
        if (wanted == wanted_) return std::max(now, runs_);
        wanted_ = wanted;
        return runs_ = decide(now, wanted);
    }

private:
    WorldTime decide(WorldTime now, WorldTime wanted) {
        WorldTime time = std::max(now, wanted);
        if (wanted > now && host_.wakes_late > Duration::zero())
            time += host_.wakes_late / 3 +
                    Duration{static_cast<Duration::rep>(random_.below(
                        static_cast<std::uint64_t>(host_.wakes_late.count()) * 2 / 3 + 1))};
        while (time >= next_stall_) {
            stalled_until_ = next_stall_ + host_.stall;
            next_stall_ = after(stalled_until_);
        }
        return std::max(time, stalled_until_);
    }

    WorldTime after(WorldTime time) {
        const double wait = -std::log(1 - random_.unit()) / host_.stalls_per_second;
        return time + from_seconds(wait);
    }

    BusyHost host_;
    SeededRandom random_;
    WorldTime next_stall_ = link::end_of_time;
    WorldTime stalled_until_{};
    WorldTime wanted_ = link::end_of_time;
    WorldTime runs_{};
};

session::Terms terms() {
    return {};
}

session::BeginSending sending(const SearchOrder& order, Duration round_trip) {
    return {.test = test,
            .search = order.search,
            .granted = order.granted,
            .duration = order.duration > Duration::zero()
                            ? order.duration
                            : session::longest_search(round_trip, order.sustained),
            .datagram_bytes = datagram_bytes,
            .budget_bytes = order.budget_bytes,
            .sustained = order.sustained};
}

class Rig {
public:
    explicit Rig(const SearchOrder& order)
        : order_{order}, round_trip_{order.path.link.delay + order.way_back.link.delay},
          random_{order.seed * 7919 + 1}, forward_{order.path, order.seed * 2 + 1},
          back_{order.way_back, order.seed * 2 + 2},
          sender_clock_{.start = MonoTime{1000s}, .drift = 20'000},
          receiver_clock_{.start = MonoTime{5h}, .drift = -30'000},
          sender_{sending(order, round_trip_), crypto::Key128{1}, terms(), header_bytes, random_,
                  sender_clock_.at({})},
          receiver_{{.test = test, .search = order.search, .rtt = round_trip_}, terms(), 0},
          sender_runs_{order.sender, order.seed * 31 + 3},
          receiver_runs_{order.receiver, order.seed * 31 + 5} {
        all_.set();
    }

    SearchRun run() {
        while (!sender_.ended() && now_ < WorldTime{patience})
            step();
        SearchRun run{.capacity = sender_.capacity(),
                      .sent = sender_.record(),
                      .end = sender_.why_ended(),
                      .took = now_ - began_,
                      .load_seconds = sent_bits_ / order_.capacity.as_double(),
                      .worst_queue = worst_queue_};
        drain();
        run.received = receiver_.record();
        find_and_compare(run);
        return run;
    }

private:
    struct Waiting {
        link::Record record;
        wire::BulkHeader header;
    };

    void step() {
        const WorldTime sender_due =
            sender_runs_.runs(now_, feedback_.empty() ? sender_clock_.when(sender_.due()) : now_);
        const WorldTime receiver_due = receiver_runs_.runs(
            now_, socket_.empty() ? receiver_clock_.when(receiver_.due()) : now_);
        const WorldTime next = std::min({sender_due, receiver_due, forward_.due(), back_.due()});
        WYN_CHECK(next != link::end_of_time);
        now_ = std::max(now_, next);
        take_forward();
        take_back();
        if (now_ >= receiver_due) run_receiver();
        if (now_ >= sender_due) run_sender();
    }

    void take_forward() {
        while (const auto record = forward_.take(now_)) {
            worst_queue_ = std::max(worst_queue_, record->waited);
            const auto found = under_way_.find(record->packet.handle);
            if (record->fate == link::Fate::delivered) arrive(*record, found->second);
            if (record->last) under_way_.erase(found);
        }
    }
    // What the full socket of a receiver that does not run cannot take is dropped.
    void arrive(const link::Record& record, const wire::BulkHeader& header) {
        if (socket_bytes_ + header.length > order_.receive_buffer_bytes) {
            ++socket_drops_;
            return;
        }
        socket_bytes_ += header.length;
        socket_.push_back({.record = record, .header = header});
        drops_before_.push_back(socket_drops_);
    }
    void take_back() {
        while (const auto record = back_.take(now_)) {
            const auto found = messages_.find(record->packet.handle);
            if (record->fate == link::Fate::delivered)
                feedback_.emplace_back(record->departed, found->second);
            if (record->last) messages_.erase(found);
        }
    }

    void run_receiver() {
        for (; !socket_.empty(); socket_.pop_front(), drops_before_.pop_front())
            read(socket_.front(), drops_before_.front());
        socket_bytes_ = 0;
        receiver_.note_socket_drops(socket_drops_);
        const auto feedback = receiver_.on_timer(receiver_clock_.at(now_));
        if (!feedback) return;
        // Through its form on the wire, which rounds delays.
        std::array<std::uint8_t, wire::longest_feedback> bytes{};
        const std::size_t size =
            wire::encode({.session = 1, .counter = 1, .body = *feedback}, bytes);
        const auto decoded = wire::decode_sealed(std::span{bytes}.first(size));
        WYN_CHECK(decoded.has_value());
        messages_.emplace(++handles_, std::get<wire::Feedback>(decoded->body));
        back_.offer(now_,
                    {.bytes = static_cast<std::uint32_t>(size + header_bytes), .handle = handles_});
        if (const auto steps = feedback->steps.all(); !steps.empty())
            told_until_ = receiver_clock_.when(mono_from_ns(steps.back().first_arrival_ns));
    }
    void read(const Waiting& waiting, std::uint64_t drops_before) {
        const auto bytes = std::span{buffer_}.first(waiting.header.length);
        wire::encode_bulk(waiting.header, bytes, bytes.size());
        receiver_.on_train(
            {.bytes = bytes,
             .segment_size = bytes.size(),
             .stamp = {receiver_clock_.at(waiting.record.departed), StampOrigin::kernel},
             .drops_before = drops_before},
            all_);
    }

    void run_sender() {
        for (; !feedback_.empty(); feedback_.pop_front())
            sender_.on_feedback(sender_clock_.at(feedback_.front().first),
                                feedback_.front().second);
        const MonoTime now = sender_clock_.at(now_);
        sender_.on_timer(now);
        for (std::size_t trains = 0; trains < most_trains; ++trains) {
            const session::BulkTrain train = sender_.next_train(now);
            if (train.bytes.empty()) break;
            for (std::size_t i = 0; i < train.count(); ++i)
                send(*wire::decode_bulk(train.bytes.subspan(i * train.segment, train.segment)));
            sender_.on_sent(now, {.segments = train.count()});
        }
        if (began_ == WorldTime{} && sender_.record().packets_accepted > 0) began_ = now_;
    }
    void send(const wire::BulkHeader& header) {
        const std::uint32_t packet = header.length + header_bytes;
        if (header.step > 0) sent_bits_ += 8.0 * packet;
        under_way_.emplace(++handles_, header);
        forward_.offer(now_, {.bytes = packet, .handle = handles_});
    }

    // Everything that is under way arrives and is counted.
    void drain() {
        while (forward_.due() != link::end_of_time) {
            now_ = std::max(now_, forward_.due());
            take_forward();
            for (; !socket_.empty(); socket_.pop_front(), drops_before_.pop_front())
                read(socket_.front(), drops_before_.front());
            socket_bytes_ = 0;
        }
        receiver_.end(MonoTime{});
    }

    void find_and_compare(SearchRun& run) {
        WorldTime from{};
        WorldTime to{};
        if (order_.search == wire::Search::s3) {
            run.found = BitRate{run.capacity.ip_bps};
            to = told_until_;
            from = to - Duration{static_cast<Duration::rep>(run.capacity.saturated_ns)};
        } else if (run.received.best_packets > 0) {
            const std::uint64_t bytes =
                run.received.best_bytes + run.received.best_packets * header_bytes;
            run.found = rate_of(bytes, run.received.best_span_ns);
            // RFC 9097's maximum is meant for the path, not for that second.
            from = began_;
            to = began_ + run.took;
        }
        // Two rates have no mean.
        const bool one_rate = run.capacity.verdict != wire::CapacityVerdict::two_rate;
        run.truth = to > from && one_rate ? forward_.possible(from, to) : order_.capacity;
    }

    static constexpr std::size_t most_trains = 64;

    SearchOrder order_;
    Duration round_trip_;
    SeededRandom random_;
    link::LinkModel forward_;
    link::LinkModel back_;
    Clock sender_clock_;
    Clock receiver_clock_;
    session::BulkSender sender_;
    session::BulkReceiver receiver_;
    Schedule sender_runs_;
    Schedule receiver_runs_;

    WorldTime now_{};
    WorldTime began_{};
    WorldTime told_until_{}; // first arrival of the newest step that a feedback told
    std::uint64_t handles_ = 0;
    std::unordered_map<std::uint64_t, wire::BulkHeader> under_way_;
    std::unordered_map<std::uint64_t, wire::Feedback> messages_;
    std::deque<Waiting> socket_; // arrived, not read yet
    std::deque<std::uint64_t> drops_before_;
    std::uint64_t socket_bytes_ = 0;
    std::uint64_t socket_drops_ = 0;
    std::deque<std::pair<WorldTime, wire::Feedback>> feedback_; // arrived, not read yet
    double sent_bits_ = 0;
    Duration worst_queue_{};
    std::array<std::uint8_t, datagram_bytes> buffer_{};
    std::bitset<128> all_;
};

} // namespace

SearchOrder order_over(const link::Scenario& scenario, wire::Search search, std::uint64_t seed) {
    return {.path = scenario.down.direction,
            .way_back = scenario.up.direction,
            .capacity = scenario.down.capacity,
            .search = search,
            .duration = search == wire::Search::s3 ? Duration::zero() : Duration{10s},
            .seed = seed};
}

SearchRun run_search(const SearchOrder& order) {
    return std::make_unique<Rig>(order)->run();
}

} // namespace wyn::sim
