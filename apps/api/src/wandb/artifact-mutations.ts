export const artifactMutations = {};
