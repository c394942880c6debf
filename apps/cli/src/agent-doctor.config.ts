// Asks the agent's program what this machine can do, and checks the answer: the part of `doctor` that only the agent knows.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { AGENT_PROGRAM, type Environment } from './agent-process.js';

const ANSWER_TIMEOUT_MS = 60_000;

const reportSchema = z.object({
  agentVersion: z.string(),
  checks: z.array(
    z.object({
      name: z.string(),
      status: z.enum(['ok', 'warning', 'problem']),
      detail: z.string(),
      hint: z.string().optional(),
    }),
  ),
});

/** What the agent says of this machine; undefined when it says nothing that can be read. */
export async function askAgentDoctor(env: Environment): Promise<z.infer<typeof reportSchema> | undefined> {
  const child = spawn(process.execPath, [AGENT_PROGRAM, 'doctor', '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: ANSWER_TIMEOUT_MS,
  });
  try {
    const [said] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    return reportSchema.parse(JSON.parse(said));
  } catch {
    return undefined;
  }
}
