/** Trials: read, stop, attempts, output and command line. */
import { Controller } from '@nestjs/common';
import { expandCommand } from '@swath/contracts';
import type { CommandView, LogPage, RouteInput, RouteReply, TrialView } from '@swath/contracts';
import { listAttempts, readLogs, readSpec, stopTrial } from '@swath/lifecycle';
import type { Principal } from '@swath/lifecycle';
import { Database } from '@swath/persistence';
import { Access } from '../http/access.js';
import { Caller, Input, Operation } from '../http/operation.js';
import { toAttemptView, toTrialView } from '../sweeps/sweep.mapper.js';

/** Routes of trials. */
@Controller()
export class TrialsController {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
  ) {}

  @Operation('getTrial')
  async get(@Input() { params }: RouteInput<'getTrial'>, @Caller() caller: Principal): Promise<TrialView> {
    return this.view(caller, params.trialId);
  }

  @Operation('stopTrial')
  async stop(@Input() { params }: RouteInput<'stopTrial'>, @Caller() caller: Principal): Promise<TrialView> {
    const { id } = await this.access.trial(caller, params.trialId);
    await stopTrial(this.db, { trialId: id, actor: caller.id });
    return this.view(caller, id);
  }

  @Operation('listAttempts')
  async attempts(
    @Input() { params }: RouteInput<'listAttempts'>,
    @Caller() caller: Principal,
  ): Promise<RouteReply<'listAttempts'>> {
    const { id } = await this.access.trial(caller, params.trialId);
    return { data: (await listAttempts(this.db, id)).map(toAttemptView) };
  }

  @Operation('getTrialLogs')
  async logs(
    @Input() { params, query }: RouteInput<'getTrialLogs'>,
    @Caller() caller: Principal,
  ): Promise<LogPage> {
    const { runId } = await this.access.trial(caller, params.trialId);
    const { from, limit, attempt } = query;
    const lines = await readLogs(this.db, {
      runId,
      from,
      limit,
      ...(attempt === undefined ? {} : { attempt }),
    });
    const last = lines.at(-1);
    return { lines, next: last === undefined ? from : last.line + 1 };
  }

  @Operation('getTrialCommand')
  async command(
    @Input() { params }: RouteInput<'getTrialCommand'>,
    @Caller() caller: Principal,
  ): Promise<CommandView> {
    const trial = await this.access.trial(caller, params.trialId);
    const { spec } = await readSpec(this.db, trial.sweepId);
    const argv = expandCommand(spec.command, {
      parameters: trial.parameters,
      program: spec.program,
      interpreter: 'python',
      environment: spec.env,
      argsJsonFile: 'parameters.json',
    });
    return { argv, shell: argv.map(quoted).join(' '), env: { ...spec.env } };
  }

  private async view(caller: Principal, trialId: string): Promise<TrialView> {
    const trial = await this.access.trial(caller, trialId);
    const { spec } = await readSpec(this.db, trial.sweepId);
    return toTrialView(trial, spec.objectives[0]?.name ?? 'value');
  }
}

/** An argument as a POSIX shell reads it back. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
