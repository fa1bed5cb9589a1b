#include "link/queue.hpp"

#include "base/check.hpp"
#include "link/codel.hpp"
#include "link/fq_codel.hpp"
#include "link/pie.hpp"
#include "link/red.hpp"

namespace wyn::link {

void end(WorldTime now, Record record, Fate fate, std::vector<Record>& ended) {
    record.fate = fate;
    record.departed = now;
    ended.push_back(record);
}

bool mark_ce(Record& record) {
    const Ecn ecn = ecn_of(record.packet.traffic_class);
    if (ecn == Ecn::not_ect) return false;
    record.marked = record.marked || ecn != Ecn::ce;
    record.packet.traffic_class = with_ecn(record.packet.traffic_class, Ecn::ce);
    return true;
}

void Queue::change(const QueueSpec& spec, BitRate line) {
    WYN_CHECK(spec.discipline == spec_.discipline);
    spec_ = spec;
    line_ = line;
}

std::unique_ptr<Queue> make_queue(const QueueSpec& spec, BitRate line, const Chance& chance) {
    switch (spec.discipline) {
    case Discipline::tail_drop: break;
    case Discipline::red: return std::make_unique<Red>(spec, line, chance);
    case Discipline::codel: return std::make_unique<Codel>(spec, line);
    case Discipline::fq_codel: return std::make_unique<FqCodel>(spec, line, chance);
    case Discipline::pie: return std::make_unique<Pie>(spec, line, chance);
    }
    return std::make_unique<TailDrop>(spec, line);
}

} // namespace wyn::link
