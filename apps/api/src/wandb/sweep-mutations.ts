export const sweepMutations = {};
