export const artifactQueries = {};
