// The zod-free entry `@swath/contracts/states`: what the pure ring and the workflows may import as values.
export { isNested } from './search-space.js';
