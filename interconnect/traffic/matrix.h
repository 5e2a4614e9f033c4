// Readers of traffic matrices. Internal to the room.
#pragma once

#include <string>

#include "weft/traffic/matrix.h"

namespace weft::traffic {

Matrix read_htsim(std::string text, std::string name);
Matrix read_csv_matrix(std::string text, std::string name);

}  // namespace weft::traffic
