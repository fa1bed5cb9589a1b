#include "link/link_model.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace wyn::link {

namespace {

std::vector<TokenBucket> buckets_of(const std::vector<TokenBucketSpec>& specs) {
    return {specs.begin(), specs.end()};
}

} // namespace

LinkModel::LinkModel(const Direction& direction, std::uint64_t seed)
    : link_{direction.link}, schedule_{direction.schedule}, chance_{seed},
      policers_{buckets_of(link_.policers)}, bottleneck_{link_, chance_}, delay_line_{chance_},
      capacity_{link_} {
    WYN_CHECK(std::ranges::is_sorted(schedule_, {}, &Change::at));
}

void LinkModel::offer(WorldTime now, const Packet& packet) {
    advance(now);
    summary_.offered(packet);
    Record record{.packet = packet,
                  .number = ++packets_,
                  .arrived = now,
                  .queue_bytes = bottleneck_.queue().bytes(),
                  .queue_packets = bottleneck_.queue().packets()};
    if (const auto fate = stopped(now, record)) {
        record.fate = *fate;
        record.departed = now;
        return finish(record);
    }
    if (chance_.strikes(link_.duplicate, Mechanism::duplicate, record.number)) {
        summary_.copied();
        families_.emplace(record.number, Family{});
        Record copy = record;
        copy.copy = true;
        bottleneck_.enter(now, record);
        bottleneck_.enter(now, copy);
    } else {
        bottleneck_.enter(now, record);
    }
    tell_ended();
    advance(now);
}

std::optional<Fate> LinkModel::stopped(WorldTime now, Record& record) {
    Packet& packet = record.packet;
    if (link_.partitioned) return Fate::partitioned;
    if (packet.bytes > link_.mtu) return Fate::too_big;
    if (packet.hop_limit <= link_.hops) return Fate::expired;
    packet.hop_limit = static_cast<std::uint8_t>(packet.hop_limit - link_.hops);
    if (policed(now, packet)) return Fate::policed;
    if (chance_.strikes(link_.loss, Mechanism::loss, record.number)) return Fate::lost;
    if (in_burst(record.number)) return Fate::lost_burst;
    if (std::ranges::find(link_.lose, record.number) != link_.lose.end())
        return Fate::lost_scripted;
    return std::nullopt;
}

bool LinkModel::policed(WorldTime now, const Packet& packet) {
    for (std::size_t i = 0; i < policers_.size(); ++i) {
        const bool passes = policers_[i].take(now, packet.bytes);
        capacity_.note_tokens(i, now, policers_[i].level(now));
        if (!passes) return true;
    }
    return false;
}

bool LinkModel::in_burst(std::uint64_t number) {
    if (link_.bursts.enter <= 0) return false;
    SeededRandom random = chance_.of(Mechanism::bursts, number);
    bad_phase_ = random.chance(bad_phase_ ? 1 - link_.bursts.leave : link_.bursts.enter);
    return bad_phase_ && random.chance(link_.bursts.loss);
}

WorldTime LinkModel::due() const {
    if (!out_.empty()) return out_.front().departed;
    const WorldTime change = changes_ < schedule_.size() ? schedule_[changes_].at : end_of_time;
    WorldTime left = bottleneck_.due();
    if (left != end_of_time) left += link_.delay;
    return std::min({change, left, delay_line_.due()});
}

std::optional<Record> LinkModel::take(WorldTime now) {
    advance(now);
    if (out_.empty()) return std::nullopt;
    std::optional<Record> first{out_.front()};
    out_.pop_front();
    return first;
}

// Lets everything happen that is due, in the order of time.
void LinkModel::advance(WorldTime now) {
    for (;;) {
        const WorldTime change = changes_ < schedule_.size() ? schedule_[changes_].at : end_of_time;
        const WorldTime next = std::min({change, bottleneck_.due(), delay_line_.due()});
        if (next > now || next == end_of_time) return;
        if (change == next)
            become(next, schedule_[changes_++].link);
        else if (bottleneck_.due() == next)
            leave_bottleneck();
        else
            come_out(delay_line_.leave());
    }
}

void LinkModel::change(WorldTime now, const LinkSpec& link) {
    advance(now);
    become(now, link);
    advance(now);
}

void LinkModel::become(WorldTime now, const LinkSpec& link) {
    while (policers_.size() > link.policers.size())
        policers_.pop_back();
    for (std::size_t i = 0; i < policers_.size(); ++i)
        policers_[i].change(now, link.policers[i]);
    for (std::size_t i = policers_.size(); i < link.policers.size(); ++i)
        policers_.emplace_back(link.policers[i]);
    link_ = link;
    bottleneck_.change(now, link);
    tell_ended();
    capacity_.change(now, link);
}

void LinkModel::tell_ended() {
    for (const Record& ended : bottleneck_.take_ended())
        finish(ended);
}

void LinkModel::leave_bottleneck() {
    const WorldTime now = bottleneck_.due();
    std::optional<Record> left = bottleneck_.leave();
    if (const auto tokens = bottleneck_.tokens(now))
        capacity_.note_tokens(policers_.size(), now, *tokens);
    tell_ended();
    if (!left) return;
    if (chance_.strikes(link_.loss_after, Mechanism::loss_after, left->draw())) {
        left->fate = Fate::lost_after;
        left->departed = now;
        return finish(*left);
    }
    left->corrupted = chance_.strikes(link_.corrupt, Mechanism::corrupt, left->draw());
    delay_line_.enter(now, *left, link_);
}

void LinkModel::come_out(Record record) {
    rewrite(record);
    capacity_.note_delivered(record.departed, record.packet.bytes);
    finish(record);
}

void LinkModel::rewrite(Record& record) const {
    std::uint8_t& traffic_class = record.packet.traffic_class;
    const std::uint64_t number = record.draw();
    if (chance_.strikes(link_.mark_ecn, Mechanism::mark, number)) mark_ce(record);
    if (chance_.strikes(link_.bleach_ecn, Mechanism::bleach, number)) {
        traffic_class = with_ecn(traffic_class, Ecn::not_ect);
        record.marked = false;
    }
    if (link_.dscp) traffic_class = with_dscp(traffic_class, *link_.dscp);
}

void LinkModel::finish(Record record) {
    if (const auto family = families_.find(record.number); family != families_.end()) {
        record.last = --family->second.under_way == 0;
        if (record.fate == Fate::delivered)
            record.repeated = std::exchange(family->second.delivered, true);
        if (record.last) families_.erase(family);
    }
    summary_.add(record);
    out_.push_back(record);
}

} // namespace wyn::link
