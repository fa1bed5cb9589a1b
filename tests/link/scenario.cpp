#include "link/scenario.hpp"

#include "config/reader.hpp"
#include "link/scenario_kinds.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wyn::link {

namespace {

using config::Boolean;
using config::Integer;
using config::Reader;
using config::TimeUnit;
using config::Value;
using config::Word;

constexpr config::Time time_up_to(Duration longest, Duration shortest = 0ns) {
    return {shortest, longest, TimeUnit::microseconds};
}

constexpr Number chance{0, 1};
constexpr Rate some_rate{};
constexpr config::Time some_time = time_up_to(100s);
// Every batch is an event: shorter ones would take for ever.
constexpr Duration shortest_batch = 10us;
constexpr Integer packet_size{0, 65535, "bytes"};
// As long as anybody would wait; it keeps all sums of times within 64 bits.
constexpr config::Time any_moment = time_up_to(std::chrono::hours{24});

constexpr std::array disciplines{Discipline::tail_drop, Discipline::red, Discipline::codel,
                                 Discipline::fq_codel, Discipline::pie};
constexpr std::array shapes{JitterShape::uniform, JitterShape::normal, JitterShape::exponential};

// Reads the tables of one file, each with a reader of its own, into one list of problems.
class ScenarioReader {
public:
    explicit ScenarioReader(config::Document document) : document_{std::move(document)} {}

    Scenario read() {
        Scenario scenario;
        Tables3 tables;
        read_table(document_.entries, [&](Reader& reader) {
            reader.visit({.name = "about"}, scenario.about, Text{});
            reader.visit({.name = "both"}, tables.both, Table{});
            reader.visit({.name = "up"}, tables.up, Table{});
            reader.visit({.name = "down"}, tables.down, Table{});
        });
        if (document_.find("about") == nullptr) complain({1, 1}, "about is missing");
        scenario.up = read_way("up", tables.both, tables.up);
        scenario.down = read_way("down", tables.both, tables.down);
        return scenario;
    }
    config::Problems& problems() { return problems_; }

private:
    struct Tables3 {
        std::optional<Value> both;
        std::optional<Value> up;
        std::optional<Value> down;
    };

    // Once: what both directions have in common is read for each of them.
    void add(std::string problem) {
        if (std::ranges::find(problems_, problem) == problems_.end())
            problems_.push_back(std::move(problem));
    }
    void complain(config::Place place, std::string_view what) {
        add(fmt::format("{}: {}", document_.at(place), what));
    }
    template <typename Visit>
    void read_table(const std::vector<config::Entry>& entries, Visit&& visit) {
        Reader reader{config::Document{document_.name, document_.has_lines, entries}};
        visit(reader);
        for (std::string& problem : reader.finish())
            add(std::move(problem));
    }
    template <typename Visit>
    void read_table(const Value& table, Visit&& visit) {
        read_table(std::get<Value::Table>(table.is).entries, std::forward<Visit>(visit));
    }
    // The table under this key, if there is one.
    template <typename Visit>
    void visit_table(Reader& reader, std::string_view key, Visit&& visit) {
        std::optional<Value> table;
        reader.visit({.name = key}, table, Table{});
        if (table) read_table(*table, std::forward<Visit>(visit));
    }

    ScenarioWay read_way(std::string_view name, const std::optional<Value>& both,
                         const std::optional<Value>& own);
    void read_way_table(const Value& table, ScenarioWay& way, std::vector<Value>& changes);
    void read_change(const Value& table, Direction& direction);
    void read_link(Reader& reader, LinkSpec& link);
    void read_losses(Reader& reader, LinkSpec& link);
    void read_queue(Reader& reader, QueueSpec& queue);
    void read_line(Reader& reader, LinkSpec& link);
    void read_delay(Reader& reader, LinkSpec& link);
    void read_marks(Reader& reader, LinkSpec& link);
    TokenBucketSpec read_bucket(const Value& table);

    config::Document document_;
    config::Problems problems_;
};

ScenarioWay ScenarioReader::read_way(std::string_view name, const std::optional<Value>& both,
                                     const std::optional<Value>& own) {
    ScenarioWay way;
    std::vector<Value> changes;
    if (both) read_way_table(*both, way, changes);
    if (own) read_way_table(*own, way, changes);
    if (way.capacity.bps() == 0 && problems_.empty())
        complain({1, 1}, fmt::format("{} has no capacity", name));
    for (const Value& change : changes)
        read_change(change, way.direction);
    return way;
}

void ScenarioReader::read_way_table(const Value& table, ScenarioWay& way,
                                    std::vector<Value>& changes) {
    read_table(table, [&](Reader& reader) {
        reader.visit({.name = "capacity"}, way.capacity, some_rate);
        std::vector<Value> more;
        reader.visit({.name = "change"}, more, Tables{});
        changes.insert(changes.end(), more.begin(), more.end());
        read_link(reader, way.direction.link);
    });
}

void ScenarioReader::read_change(const Value& table, Direction& direction) {
    Change change{.link =
                      direction.schedule.empty() ? direction.link : direction.schedule.back().link};
    const Discipline discipline = change.link.queue.discipline;
    std::optional<Duration> at;
    read_table(table, [&](Reader& reader) {
        reader.visit({.name = "at"}, at, any_moment);
        read_link(reader, change.link);
        if (change.link.queue.discipline != discipline)
            reader.conflict({"queue"}, "the discipline of a queue cannot change");
    });
    if (!at) return complain(table.place, "a change needs a time: at = \"2s\"");
    change.at = WorldTime{*at};
    if (!direction.schedule.empty() && change.at < direction.schedule.back().at)
        return complain(table.place, "a change is earlier than the one before it");
    direction.schedule.push_back(std::move(change));
}

void ScenarioReader::read_link(Reader& reader, LinkSpec& link) {
    reader.visit({.name = "partitioned"}, link.partitioned, Boolean{});
    reader.visit({.name = "mtu"}, link.mtu, Integer{68, 65535, "bytes"});
    reader.visit({.name = "icmp_too_big"}, link.icmp_too_big, Boolean{});
    reader.visit({.name = "hops"}, link.hops, Integer{0, 255, ""});
    read_losses(reader, link);
    visit_table(reader, "queue", [&](Reader& queue) { read_queue(queue, link.queue); });
    read_line(reader, link);
    read_delay(reader, link);
    read_marks(reader, link);
}

void ScenarioReader::read_losses(Reader& reader, LinkSpec& link) {
    std::optional<std::vector<Value>> policers;
    reader.visit({.name = "policers"}, policers, Tables{});
    if (policers) {
        link.policers.clear();
        for (const Value& policer : *policers)
            link.policers.push_back(read_bucket(policer));
    }
    reader.visit({.name = "loss"}, link.loss, chance);
    visit_table(reader, "bursts", [&](Reader& bursts) {
        bursts.visit({.name = "enter"}, link.bursts.enter, chance);
        bursts.visit({.name = "leave"}, link.bursts.leave, chance);
        bursts.visit({.name = "loss"}, link.bursts.loss, chance);
    });
    reader.visit({.name = "lose"}, link.lose, PacketNumbers{});
    reader.visit({.name = "duplicate"}, link.duplicate, chance);
    reader.visit({.name = "loss_after"}, link.loss_after, chance);
    reader.visit({.name = "corrupt"}, link.corrupt, chance);
}

TokenBucketSpec ScenarioReader::read_bucket(const Value& table) {
    std::optional<BitRate> rate;
    std::optional<std::uint64_t> burst;
    read_table(table, [&](Reader& reader) {
        reader.visit({.name = "rate"}, rate, some_rate);
        reader.visit({.name = "burst"}, burst, Volume{1, 1'000'000'000'000});
    });
    if (problems_.empty() && (!rate || !burst))
        complain(table.place, "a token bucket needs a rate and a burst");
    return {.rate = rate.value_or(BitRate{}), .burst_bytes = burst.value_or(0)};
}

void ScenarioReader::read_queue(Reader& reader, QueueSpec& queue) {
    reader.visit({.name = "discipline"}, queue.discipline, Word<Discipline>{disciplines});
    reader.visit({.name = "bytes"}, queue.bytes, Volume{0, 1'000'000'000'000});
    reader.visit({.name = "packets"}, queue.packets, Integer{0, 1'000'000'000, "packets"});
    reader.visit({.name = "ecn"}, queue.ecn, Boolean{});
    reader.visit({.name = "target"}, queue.target, time_up_to(10s, 1us));
    reader.visit({.name = "interval"}, queue.interval, time_up_to(100s, 1us));
    reader.visit({.name = "quantum"}, queue.quantum, Integer{1, 1'000'000, "bytes"});
    reader.visit({.name = "flow_queues"}, queue.flow_queues, Integer{1, 65536, "queues"});
    visit_table(reader, "red", [&](Reader& red) {
        red.visit({.name = "min_bytes"}, queue.red.min_bytes, Volume{1, 1'000'000'000'000});
        red.visit({.name = "max_bytes"}, queue.red.max_bytes, Volume{1, 1'000'000'000'000});
        red.visit({.name = "max_chance"}, queue.red.max_chance, chance);
        red.visit({.name = "weight"}, queue.red.weight, Number{1e-6, 1});
        if (queue.red.min_bytes >= queue.red.max_bytes)
            red.conflict({"min_bytes", "max_bytes"}, "min_bytes must be less than max_bytes");
    });
}

void ScenarioReader::read_line(Reader& reader, LinkSpec& link) {
    reader.visit({.name = "rate"}, link.rate, Rate{.or_none = true});
    reader.visit({.name = "overhead_bytes"}, link.overhead_bytes, packet_size);
    visit_table(reader, "fluctuation", [&](Reader& fluctuation) {
        fluctuation.visit({.name = "sigma"}, link.fluctuation.sigma, Number{0, 3});
        fluctuation.visit({.name = "correlation_time"}, link.fluctuation.correlation_time,
                          time_up_to(100s, 1ms));
    });
    visit_table(reader, "cross_traffic", [&](Reader& cross) {
        cross.visit({.name = "share"}, link.cross_traffic.share, chance);
        cross.visit({.name = "on"}, link.cross_traffic.on, time_up_to(100s, 1ms));
        cross.visit({.name = "off"}, link.cross_traffic.off, time_up_to(100s, 1ms));
    });
    std::optional<Value> shaper;
    reader.visit({.name = "shaper"}, shaper, Table{});
    if (shaper) link.shaper = read_bucket(*shaper);
    reader.visit({.name = "batch"}, link.batch, some_time);
    if (link.batch > 0ns && link.batch < shortest_batch)
        reader.conflict({"batch"}, "a batch takes at least 10 us");
}

void ScenarioReader::read_delay(Reader& reader, LinkSpec& link) {
    reader.visit({.name = "delay"}, link.delay, some_time);
    visit_table(reader, "jitter", [&](Reader& jitter) {
        jitter.visit({.name = "amount"}, link.jitter.amount, some_time);
        jitter.visit({.name = "shape"}, link.jitter.shape, Word<JitterShape>{shapes});
        jitter.visit({.name = "keeps_order"}, link.jitter.keeps_order, Boolean{});
        jitter.visit({.name = "every"}, link.jitter.every, some_time);
    });
    visit_table(reader, "reordering", [&](Reader& reordering) {
        reordering.visit({.name = "chance"}, link.reordering.chance, chance);
        reordering.visit({.name = "every"}, link.reordering.every, Integer{0, 1'000'000'000, ""});
        reordering.visit({.name = "packets"}, link.reordering.packets, Integer{0, 1'000'000, ""});
        reordering.visit({.name = "time"}, link.reordering.time, some_time);
    });
    reader.visit({.name = "coalescing"}, link.coalescing, some_time);
}

void ScenarioReader::read_marks(Reader& reader, LinkSpec& link) {
    reader.visit({.name = "bleach_ecn"}, link.bleach_ecn, chance);
    reader.visit({.name = "mark_ecn"}, link.mark_ecn, chance);
    std::optional<std::int64_t> dscp;
    reader.visit({.name = "dscp"}, dscp, Integer{0, 63, ""});
    if (dscp) link.dscp = static_cast<std::uint8_t>(*dscp);
}

} // namespace

std::expected<Scenario, config::Problems> read_scenario(const config::Source& source) {
    auto document = config::parse_document(source);
    if (!document) return std::unexpected{config::Problems{document.error().what()}};
    ScenarioReader reader{*std::move(document)};
    Scenario scenario = reader.read();
    if (!reader.problems().empty()) return std::unexpected{std::move(reader.problems())};
    return scenario;
}

} // namespace wyn::link
