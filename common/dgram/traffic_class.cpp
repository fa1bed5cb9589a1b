#include "dgram/traffic_class.hpp"

namespace wyn::dgram {

std::string_view name(Ecn ecn) {
    switch (ecn) {
    case Ecn::not_ect: return "not_ect";
    case Ecn::ect1: return "ect1";
    case Ecn::ect0: return "ect0";
    case Ecn::ce: return "ce";
    }
    return "unknown";
}

} // namespace wyn::dgram
