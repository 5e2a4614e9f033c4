// How many hosts the copies of a token reach.
#pragma once

namespace weft::step {

// Expected number of `hosts`, each with as many experts, that hold one of the `copies` experts of a
// token, which are picked at random (with replacement) among those of `top_groups` groups, these
// picked at random among `groups` of neighbouring experts. Without a limit (1 of 1 group):
// hosts · (1 - (1 - 1/hosts)^copies).
double hosts_reached(double hosts, double copies, int groups, int top_groups);

}  // namespace weft::step
