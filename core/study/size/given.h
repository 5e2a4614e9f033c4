// What a cluster whose size is given can train. Internal to the room.
#pragma once

#include "builder.h"
#include "designer.h"

namespace weft::size {

// The most tokens in the time that the targets give, in whole steps.
void most_tokens(const Question& question, Builder& builder, const Designer& designer,
                 OfferAnswer& answer);
// How each of the models goes, and the largest that meets all targets.
void largest_model(const Question& question, Builder& builder, const Designer& designer,
                   OfferAnswer& answer);

}  // namespace weft::size
