// The group `swath ledger`: whether the books agree.
import type { LedgerCheck } from '@swath/contracts';
import type { Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf } from '../context.js';
import type { Host } from '../host.js';
import { EarlyExitError } from '../output/early-exit.js';
import type { Column } from '../output/table.js';
import { addCommand, addGroup } from './define.js';

type Finding = LedgerCheck['findings'][number];

const columns: readonly Column<Finding>[] = [
  { title: 'RULE', cell: ({ rule }) => rule },
  { title: 'ABOUT', cell: ({ subject }) => subject },
  { title: 'EXPECTED', cell: ({ expected }) => expected, align: 'right' },
  { title: 'FOUND', cell: ({ found }) => found, align: 'right' },
];

/** Adds the group. */
export function addLedger(program: Command, host: Host): void {
  const ledger = addGroup(program, 'ledger', 'the books of what was held and spent');
  addCommand(
    ledger,
    'verify',
    'check balances, holds and usage records against each other; exit code 1 when they disagree',
  ).action(async (flags: CommonFlags) => {
    const { api, print } = contextOf(host, flags);
    const answer = await api().call('verifyLedger', {});
    const { accounts, transactions, leases, usageRecords } = answer.checked;
    const looked = `${accounts} accounts, ${transactions} transactions, ${leases} leases and ${usageRecords} usage records`;
    print.list({ answer, rows: answer.findings, columns, empty: `${looked} agree` });
    if (answer.findings.length === 0) return;
    print.warn(`${looked} do not agree: ${answer.findings.length} findings`);
    throw new EarlyExitError('error');
  });
}
