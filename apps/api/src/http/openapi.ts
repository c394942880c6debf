/** The OpenAPI document as this server serves it and `npm run generate` writes it. */
export { openApiDocument } from '@swath/contracts';
