/** Lists of artifacts of projects and runs. */
import type { ClientProject } from '@swath/lifecycle';
import { connectionOf, pageRange } from './connection.js';
import type { PageArguments } from './connection.js';
import type { WireContext } from './wire-context.js';

/** Artifact fields of a project. */
export function artifactFieldsOfProject(_project: ClientProject): object {
  return {};
}

/** Artifacts that a run made or used. */
export async function artifactsOfRun(
  _runId: string,
  _side: 'input' | 'output',
  { args }: { readonly args: PageArguments; readonly context: WireContext },
): Promise<object> {
  return Promise.resolve(connectionOf([], pageRange(args), () => ({})));
}
