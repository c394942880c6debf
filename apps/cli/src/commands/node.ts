// The group `swath node`, and `swath agent list`, which shows the same: machines and their slots.
import type { ApiClient } from '@swath/api-client';
import type { NodeView } from '@swath/contracts';
import type { Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf } from '../context.js';
import type { Host } from '../host.js';
import { CliError } from '../output/cli-error.js';
import { formatAge } from '../output/format.js';
import type { Column } from '../output/table.js';
import { addCommand, addGroup } from './define.js';

/** Adds the group. */
export function addNode(program: Command, host: Host): void {
  const node = addGroup(program, 'node', 'list nodes, take them out of service and back');
  addNodeList(node, host);
  addDrain(node, host);
}

/** Adds `list` to a group. */
export function addNodeList(group: Command, host: Host): void {
  addCommand(group, 'list', 'list nodes with their slots')
    .alias('ls')
    .action(async (flags: CommonFlags) => {
      const { api, print } = contextOf(host, flags);
      const answer = await api().call('listNodes', {});
      const empty = 'no nodes; swath agent start makes this machine one';
      print.list({ answer, rows: answer.data, columns: nodeColumns(host.now()), empty });
    });
}

/** Adds `drain` and `undrain` to a group. */
export function addDrain(group: Command, host: Host): void {
  const actions = [
    ['drain', 'drainNode', 'give a node no new trials; the running ones go on'],
    ['undrain', 'undrainNode', 'take a drained node back into service'],
  ] as const;
  for (const [name, operation, description] of actions) {
    addCommand(group, `${name} <node>`, `${description}; a node is named by its id or name`).action(
      async (node: string, flags: CommonFlags) => {
        const { api, print } = contextOf(host, flags);
        const params = { nodeId: await nodeIdOf(api(), node) };
        print.one(await api().call(operation, { params }), (shown) => [
          `${shown.id}  ${shown.name}  ${shown.state}`,
        ]);
      },
    );
  }
}

async function nodeIdOf(api: ApiClient, name: string): Promise<string> {
  const { data } = await api.call('listNodes', {});
  const found = data.filter((node) => node.id === name || node.name === name);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.id;
  throw new CliError(
    found.length === 0 ? `there is no node "${name}"` : `${found.length} nodes are named "${name}"`,
    {
      code: found.length === 0 ? 'node/not-found' : 'node/ambiguous',
      exit: found.length === 0 ? 'notFound' : 'usage',
      hint: 'swath node list shows names and ids',
    },
  );
}

function nodeColumns(nowMs: number): Column<NodeView>[] {
  return [
    { title: 'ID', cell: ({ id }) => id },
    { title: 'NAME', cell: ({ name }) => name, elastic: true },
    { title: 'POOL', cell: ({ pool }) => pool, weight: 8 },
    { title: 'STATE', cell: ({ state }) => state },
    { title: 'BUSY', cell: busyOf, align: 'right', weight: 9 },
    { title: 'MODEL', cell: modelOf, elastic: true, weight: 6 },
    { title: 'AGENT', cell: ({ agentVersion }) => agentVersion, weight: 2 },
    { title: 'ISOLATION', cell: ({ isolation }) => isolation, weight: 1 },
    { title: 'SEEN', cell: ({ lastSeenAt }) => formatAge(lastSeenAt, nowMs), align: 'right', weight: 7 },
  ];
}

function busyOf({ slots }: NodeView): string {
  const ill = slots.filter(({ healthy }) => !healthy).length;
  const busy = slots.filter(({ trialId }) => trialId !== null).length;
  return `${busy}/${slots.length}${ill === 0 ? '' : ` (${ill} not healthy)`}`;
}

function modelOf({ slots }: NodeView): string {
  return [...new Set(slots.map(({ model }) => model))].join(', ');
}
