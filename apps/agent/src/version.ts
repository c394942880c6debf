/** What this agent is, for the server. */

/** Version of the agent. */
export const AGENT_VERSION = '0.1.0';

/** Protocol versions this agent speaks, newest first. */
export const PROTOCOLS: readonly number[] = [1];
