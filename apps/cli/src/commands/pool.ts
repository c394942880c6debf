// The group `swath pool`: sets of nodes of one kind and one price.
import type { ApiClient } from '@swath/api-client';
import type { PoolView, QueueEntry } from '@swath/contracts';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf } from '../context.js';
import type { Host } from '../host.js';
import { CliError, usageError } from '../output/cli-error.js';
import { formatAge, formatMoney } from '../output/format.js';
import type { Column } from '../output/table.js';
import { addCommand, addGroup, wholeNumber } from './define.js';

interface PoolFlags extends CommonFlags {
  readonly price?: string;
  readonly currency: string;
  readonly leaseSeconds?: number;
  readonly graceSeconds?: number;
}

/** Adds the group. */
export function addPool(program: Command, host: Host): void {
  const pool = addGroup(program, 'pool', 'list pools, set their prices');
  addCommand(pool, 'list', 'list pools')
    .alias('ls')
    .action(async (flags: CommonFlags) => {
      const { api, print } = contextOf(host, flags);
      const answer = await api().call('listPools', {});
      print.list({ answer, rows: answer.data, columns: poolColumns, empty: 'no pools' });
    });
  addQueue(pool, host);
  addCreate(pool, host);
  addEdit(pool, host);
}

function addQueue(pool: Command, host: Host): void {
  addCommand(pool, 'queue <pool>', 'list what waits in a pool and why').action(
    async (name: string, flags: CommonFlags) => {
      const { api, print } = contextOf(host, flags);
      const { id } = await poolOf(api(), name);
      const answer = await api().call('getPoolQueue', { params: { poolId: id } });
      print.list({ answer, rows: answer.data, columns: queueColumns(host.now()), empty: 'nothing waits' });
    },
  );
}

function addCreate(pool: Command, host: Host): void {
  addPriceFlags(addCommand(pool, 'create <name>', 'create a pool')).action(
    async (name: string, flags: PoolFlags) => {
      const { api, print } = contextOf(host, flags);
      print.one(await api().call('createPool', { body: { name, ...priceOf(flags) } }), poolLine);
    },
  );
}

function addEdit(pool: Command, host: Host): void {
  addPriceFlags(addCommand(pool, 'edit <pool>', 'change a pool; a new price is in force from now on'))
    .addOption(new Option('--lease-seconds <n>', 'length of a lease').argParser(wholeNumber(1)))
    .addOption(
      new Option('--grace-seconds <n>', 'what a silent agent may take after it').argParser(wholeNumber(0)),
    )
    .action(async (name: string, flags: PoolFlags) => {
      const { leaseSeconds, graceSeconds } = flags;
      const body = {
        ...priceOf(flags),
        ...(leaseSeconds === undefined ? {} : { leaseSeconds }),
        ...(graceSeconds === undefined ? {} : { graceSeconds }),
      };
      if (Object.keys(body).length === 0)
        throw usageError('nothing to change', 'give --price, --lease-seconds or --grace-seconds');
      const { api, print } = contextOf(host, flags);
      const { id, version } = await poolOf(api(), name);
      const headers = { 'if-match': `"v${version}"` };
      print.one(await api().call('changePool', { params: { poolId: id }, body, headers }), poolLine);
    });
}

function addPriceFlags(command: Command): Command {
  const amount = (text: string): string => {
    if (/^\d{1,6}(\.\d{1,6})?$/.test(text)) return text;
    throw new InvalidArgumentError('expected an amount such as 1.25, with at most 6 fraction digits');
  };
  return command
    .addOption(new Option('--price <amount>', 'price of one slot for one hour').argParser(amount))
    .option('--currency <code>', 'currency of the price', 'USD');
}

function priceOf({ price, currency }: PoolFlags): { price?: { perSlotHour: string; currency: string } } {
  return price === undefined ? {} : { price: { perSlotHour: price, currency } };
}

async function poolOf(api: ApiClient, name: string): Promise<PoolView> {
  const { data } = await api.call('listPools', {});
  const found = data.find((pool) => pool.id === name || pool.name === name);
  if (found !== undefined) return found;
  throw new CliError(`there is no pool "${name}"`, {
    code: 'pool/not-found',
    exit: 'notFound',
    hint: `pools: ${data.map((pool) => pool.name).join(', ') || 'none yet'}`,
  });
}

function poolLine({ id, name, pricePerSlotHour }: PoolView): string[] {
  const price = pricePerSlotHour === null ? 'no price' : `${formatMoney(pricePerSlotHour)} a slot and hour`;
  return [`${id}  ${name}  ${price}`];
}

const poolColumns: readonly Column<PoolView>[] = [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'ID', cell: ({ id }) => id, weight: 5 },
  { title: 'NODES', cell: ({ nodes }) => String(nodes), align: 'right', weight: 6 },
  { title: 'BUSY', cell: ({ busySlots, slots }) => `${busySlots}/${slots}`, align: 'right' },
  { title: 'QUEUED', cell: ({ queued }) => String(queued), align: 'right' },
  {
    title: 'SLOT HOUR',
    cell: ({ pricePerSlotHour }) => formatMoney(pricePerSlotHour),
    align: 'right',
    weight: 9,
  },
  {
    title: 'LEASE',
    cell: ({ leaseSeconds, graceSeconds }) => `${leaseSeconds} s + ${graceSeconds} s`,
    align: 'right',
    weight: 2,
  },
];

function queueColumns(nowMs: number): Column<QueueEntry>[] {
  return [
    { title: '#', cell: ({ position }) => String(position), align: 'right' },
    { title: 'TRIAL', cell: ({ trialId }) => trialId },
    { title: 'SLOTS', cell: ({ slots }) => String(slots), align: 'right', weight: 6 },
    { title: 'PRIORITY', cell: ({ priority }) => String(priority), align: 'right', weight: 4 },
    { title: 'SINCE', cell: ({ enqueuedAt }) => formatAge(enqueuedAt, nowMs), align: 'right', weight: 5 },
    {
      title: 'WHY',
      cell: ({ waiting, sweepState }) => waiting?.text ?? `the sweep is ${sweepState}`,
      elastic: true,
    },
  ];
}
