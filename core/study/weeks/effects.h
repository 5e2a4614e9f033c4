// Which of the inputs that nobody has measured matter.
#pragma once

#include "weft/weeks/look_ahead.h"

namespace weft::weeks {

// Fills `effects`: inputs of the campaign with a range at both of its ends; those whose confidence
// is `assumed`, and latent defects, at half and twice their value.
void add_effects(VariantAnswer& answer, const Weeks& weeks, campaign::StepTimes& step_times,
                 const campaign::Sampling& sampling);

// "2 s" by 0.5 is "1 s". Shares end at 100 %. Empty for a text that does not begin with a number.
std::string scaled_text(const std::string& text, double factor);

}  // namespace weft::weeks
