export { ApiClient, type ApiClientOptions, type CallOptions } from './api-client.js';
export { ApiError } from './api-error.js';
export { followEvents, type FollowOptions } from './follow-events.js';
