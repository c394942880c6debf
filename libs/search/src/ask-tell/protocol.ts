/**
 * The ask/tell protocol: one JSON request in, one JSON answer out, one process for many studies in turn. The program
 * `bin/swath-ask-tell.mjs` only moves lines; benchmarks and tests talk to searchers through this.
 */
import type { Json, SearchMethod, TrialParameters } from '@swath/contracts';
import { searchMethods } from '@swath/contracts/states';

import { validateSpace } from '../space/validate.js';
import { InvalidSpaceError } from '../space/flatten.js';
import { readParameters } from './parameters.js';
import { parseRequestText } from './request-text.js';
import type { Outcome, StudySettings } from './study.js';
import { Study } from './study.js';

interface Request {
  readonly [field: string]: Json;
}

/** Answers requests, keeping the study that the latest `init` started. */
export class AskTellSession {
  private study: Study | null = null;

  /** The answer line to one request line, without its end. */
  answerLine(line: string): string {
    try {
      return JSON.stringify(this.answer(parseRequestText(line)));
    } catch (error) {
      return JSON.stringify({
        error: `not a JSON line: ${error instanceof Error ? error.message : String(error)}`,
      });
    }
  }

  /** The answer to one request; `{error}` for one that cannot be answered. */
  answer(request: unknown): Json {
    try {
      if (!isObject(request)) throw new Error('a request is a JSON object');
      return this.dispatch(request);
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  }

  private dispatch(request: Request): Json {
    switch (request['op']) {
      case 'init':
        this.study = new Study(readSettings(request));
        return { ok: true };
      case 'ask': {
        const { trials, done } = this.current().ask(readCount(request['n']));
        return done ? { trials: [], done } : { trials: trials.map((trial) => ({ ...trial })) };
      }
      case 'tell':
        this.current().tell(readId(request), readOutcome(request), readTold(request['params']));
        return { ok: true };
      case 'report':
        return {
          decision: this.current().report(
            readId(request),
            readNumber(request, 'step'),
            readNumber(request, 'value'),
          ),
        };
      default:
        throw new Error(`op: ${JSON.stringify(request['op'] ?? null)} must be init, ask, tell or report`);
    }
  }

  private current(): Study {
    if (this.study === null) throw new Error('op: send init first');
    return this.study;
  }
}

function readSettings(request: Request): StudySettings {
  const space = readParameters(request['space']);
  const method = readMethod(request['method']);
  const problems = validateSpace(space, method);
  if (problems.length > 0) throw new InvalidSpaceError(problems);
  const metric = isObject(request['metric']) ? request['metric'] : {};
  const early = request['early_stopping'];
  return {
    space,
    method,
    metric: typeof metric['name'] === 'string' ? metric['name'] : 'objective',
    direction: metric['goal'] === 'maximize' ? 'maximize' : 'minimize',
    seed: Math.max(0, Math.floor(numberOr(request['seed'], 0))),
    parallel: Math.max(1, numberOr(request['parallel'], 1)),
    budget: typeof request['budget'] === 'number' ? request['budget'] : null,
    maxSteps: isObject(early) ? Math.max(1, numberOr(early['max_steps'], 27)) : null,
  };
}

function readMethod(raw: Json | undefined): SearchMethod {
  const method = searchMethods.find((known) => known === (raw ?? 'bayes'));
  if (method === undefined)
    throw new Error(`method: ${JSON.stringify(raw)} must be one of ${searchMethods.join(', ')}`);
  return method;
}

/** Most suggestions in one answer. */
const MOST = 1000;

function readCount(raw: Json | undefined): number {
  const count = raw ?? 1;
  if (typeof count === 'number' && Number.isInteger(count) && count >= 1 && count <= MOST) return count;
  throw new Error(`n: ${JSON.stringify(count)} must be an integer from 1 to ${MOST}`);
}

function readId(request: Request): string {
  const id = request['id'];
  if (typeof id !== 'string') throw new Error('id: must be a string');
  return id;
}

function readOutcome(request: Request): Outcome {
  const status = (['finished', 'failed', 'pruned'] as const).find((known) => known === request['status']);
  if (status === undefined) throw new Error('status: must be finished, failed or pruned');
  const { value, seconds, curve } = request;
  return {
    status,
    value: typeof value === 'number' ? value : null,
    ...(typeof seconds === 'number' && { seconds }),
    ...(isList(curve) && { curve: curve.flatMap(readMeasurement) }),
  };
}

function readMeasurement(raw: Json): (readonly [number, number])[] {
  if (!isList(raw)) return [];
  const [step, value] = raw;
  return typeof step === 'number' && typeof value === 'number' ? [[step, value]] : [];
}

function readTold(raw: Json | undefined): TrialParameters | undefined {
  return isObject(raw) ? raw : undefined;
}

function readNumber(request: Request, field: string): number {
  const value = request[field];
  if (typeof value !== 'number') throw new Error(`${field}: must be a number`);
  return value;
}

function numberOr(raw: Json | undefined, fallback: number): number {
  return typeof raw === 'number' ? raw : fallback;
}

function isList(raw: Json | undefined): raw is readonly Json[] {
  return Array.isArray(raw);
}

function isObject(raw: unknown): raw is Request {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}
