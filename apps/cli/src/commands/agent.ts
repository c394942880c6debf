// The group `swath agent`: makes this machine a node. `list`, `drain` and `undrain` are those of `swath node`.
import { Option, type Command } from 'commander';
import { agentEnvironment, runAgent, type AgentChoice } from '../agent-process.js';
import type { CommonFlags } from '../common-flags.js';
import { contextOf } from '../context.js';
import type { Host } from '../host.js';
import { usageError } from '../output/cli-error.js';
import { EarlyExitError } from '../output/early-exit.js';
import { addCommand, addGroup, wholeNumber } from './define.js';
import { addDrain, addNodeList } from './node.js';

/** Adds the group. */
export function addAgent(program: Command, host: Host): void {
  const agent = addGroup(program, 'agent', 'run trials on this machine');
  addCommand(agent, 'start', 'offer the GPUs of this machine until Ctrl-C')
    .option('--pool <name>', 'pool to join (env: SWATH_AGENT_POOL)')
    .addOption(
      new Option('--slots <n>', 'slots to offer, for cpu and simulated (env: SWATH_AGENT_SLOTS)').argParser(
        wholeNumber(1),
      ),
    )
    .option('--name <name>', 'name of this node (env: SWATH_AGENT_NAME)')
    .addOption(
      new Option('--provider <kind>', 'where the slots come from (env: SWATH_AGENT_PROVIDER)').choices([
        'auto',
        'nvidia',
        'amd',
        'cpu',
        'simulated',
      ]),
    )
    .action(async (flags: CommonFlags & AgentChoice) => {
      const { print, settings } = contextOf(host, flags);
      const env = agentEnvironment(host, settings(), flags);
      if (!env['SWATH_AGENT_KEY'] && !env['SWATH_AGENT_KEY_FILE']) {
        throw usageError(
          'there is no agent key',
          'set SWATH_AGENT_KEY_FILE to a file with one; a local stack has it as agent-key in its data folder',
        );
      }
      print.note(`agent    joins ${settings().host.value}; Ctrl-C ends its trials in order`);
      const code = await runAgent(env);
      if (code !== 0) throw new EarlyExitError(code);
    });
  addNodeList(agent, host);
  addDrain(agent, host);
}
