// `swath doctor`: is the server there, is the key good, do the clocks agree, can this machine run trials?
import type { Command } from 'commander';
import { agentEnvironment } from '../agent-process.js';
import { askAgentDoctor } from '../agent-doctor.config.js';
import { cliErrorOf } from '../api.js';
import type { CommonFlags } from '../common-flags.js';
import { contextOf, type CommandContext } from '../context.js';
import type { Host } from '../host.js';
import { CliError } from '../output/cli-error.js';
import type { Style } from '../output/style.js';
import { CLI_VERSION } from '../version.js';
import { addCommand } from './define.js';

const MAX_SKEW_MS = 5_000;
const ANSWER_TIMEOUT_MS = 5_000;
const LEAST_NODE = [20, 19] as const;

/** One finding. */
interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'problem';
  readonly detail: string;
  readonly hint?: string | undefined;
}

/** Adds `doctor`. */
export function addDoctor(program: Command, host: Host): void {
  addCommand(program, 'doctor', 'check the server, the key, the clock and this machine').action(
    async (flags: CommonFlags) => {
      const context = contextOf(host, flags);
      const checks = [versionCheck(), ...(await serverChecks(context)), ...(await agentChecks(context))];
      const problems = checks.filter(({ status }) => status === 'problem').length;
      context.print.one({ version: CLI_VERSION, ok: problems === 0, checks }, (shown) =>
        shown.checks.flatMap((check) => checkLines(check, context.print.out)),
      );
      if (problems > 0) {
        throw new CliError(`${problems} of ${checks.length} checks found a problem`, {
          code: 'doctor/problem',
          exit: 'error',
        });
      }
    },
  );
}

function versionCheck(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isEnough = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  const detail = `swath ${CLI_VERSION}, Node ${process.versions.node}`;
  return isEnough
    ? { name: 'version', status: 'ok', detail }
    : { name: 'version', status: 'problem', detail, hint: `install Node ${LEAST_NODE.join('.')} or newer` };
}

async function serverChecks(context: CommandContext): Promise<Check[]> {
  const { value, origin } = context.settings().host;
  try {
    const startMs = performance.now();
    const answer = await fetch(`${value}/readyz`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    const tookMs = Math.round(performance.now() - startMs);
    const server: Check = answer.ok
      ? { name: 'server', status: 'ok', detail: `${value} (${origin}) is ready, answers in ${tookMs} ms` }
      : {
          name: 'server',
          status: 'problem',
          detail: `${value} (${origin}) answers ${answer.status}`,
          hint: 'look at the log of the API: it names the service it waits for',
        };
    return [server, await keyCheck(context), clockCheck(answer.headers.get('date'), context.host.now())];
  } catch (error) {
    const why =
      error instanceof Error
        ? error.cause instanceof Error
          ? error.cause.message
          : error.message
        : String(error);
    const hint = '"swath up" starts a local server; --host or SWATH_HOST names another';
    return [
      { name: 'server', status: 'problem', detail: `${value} (${origin}) cannot be reached: ${why}`, hint },
    ];
  }
}

async function keyCheck({ api, settings }: CommandContext): Promise<Check> {
  try {
    const { kind, id, role } = await api().call('getCaller', {});
    return {
      name: 'key',
      status: 'ok',
      detail: `${kind} ${id}, ${role} (from ${settings().token?.origin ?? 'nowhere'})`,
    };
  } catch (error) {
    const { message, facts } = cliErrorOf(error);
    return { name: 'key', status: 'problem', detail: message, hint: facts.hint };
  }
}

function clockCheck(date: string | null, nowMs: number): Check {
  const serverMs = Date.parse(date ?? '');
  if (Number.isNaN(serverMs))
    return { name: 'clock', status: 'warning', detail: 'the server does not tell its time' };
  // The header has whole seconds: half a second is the middle of what it may mean.
  const skewMs = Math.round(nowMs - serverMs - 500);
  const detail = `within ${Math.ceil(Math.abs(skewMs) / 1000)} s of the server`;
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return { name: 'clock', status: 'ok', detail };
  const hint = 'synchronise the clock of this machine; charges do not depend on it, but times in lists do';
  return {
    name: 'clock',
    status: 'warning',
    detail: `${Math.round(skewMs / 1000)} s off the server's`,
    hint,
  };
}

async function agentChecks({ host, settings }: CommandContext): Promise<Check[]> {
  const env = agentEnvironment(host, settings(), {});
  if (!env['SWATH_AGENT_KEY'] && !env['SWATH_AGENT_KEY_FILE']) {
    const hint = 'set SWATH_AGENT_KEY_FILE to check whether this machine can be a node';
    return [
      { name: 'agent', status: 'warning', detail: 'no agent key here, so the agent was not asked', hint },
    ];
  }
  const report = await askAgentDoctor(env);
  if (report === undefined) {
    return [
      {
        name: 'agent',
        status: 'problem',
        detail: 'the agent gives no report',
        hint: 'build it with "npm run build", then try "swath agent start"',
      },
    ];
  }
  const { agentVersion, checks } = report;
  const own = checks.filter(({ name }) => name !== 'server' && name !== 'clock');
  return [
    { name: 'agent', status: 'ok', detail: `version ${agentVersion}` },
    ...own.map((check) => ({ ...check, name: `agent ${check.name}` })),
  ];
}

function checkLines({ name, status, detail, hint }: Check, style: Style): string[] {
  const colour = { ok: style.green, warning: style.yellow, problem: style.red }[status];
  return [
    `${colour(status.padEnd(8))} ${name.padEnd(16)} ${detail}`,
    ...(hint === undefined ? [] : [`${' '.repeat(26)}${hint}`]),
  ];
}
