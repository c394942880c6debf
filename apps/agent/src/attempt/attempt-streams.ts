/**
 * What an attempt sends while it runs: rows of metrics and lines of output. A reply to metrics may stop the attempt at
 * once; that is the shortest way from a bad measurement to the end of the process.
 */
import type { LogBatch, MetricRow } from '@swath/contracts';
import { GatewayError } from '../gateway/http-json.js';
import { MAX_METRIC_LINE_BYTES, parseMetricLine } from '../stream/metric-line.js';
import { maskSecrets, parseOutputLine, secretsOf } from '../stream/output-line.js';
import type { LogLine } from '../stream/output-line.js';
import { StreamUploader } from '../stream/stream-uploader.js';
import type { Attempt } from './attempt.js';
import type { AttemptContext } from './attempt-context.js';

/** A line of output as the guard stores it is longer than its text: JSON escapes. */
const MAX_STORED_LINE_BYTES = 65_536 * 6 + 128;
const METRICS_INTERVAL_MS = 100;
const OUTPUT_INTERVAL_MS = 250;

/** What the streams need of an attempt, running or ended. */
export type StreamedAttempt = Pick<Attempt, 'grant' | 'files' | 'elapsedMs' | 'obey' | 'stop'>;

/** The streams of one attempt. */
export class AttemptStreams {
  readonly #attempt: StreamedAttempt;
  readonly #context: AttemptContext;
  readonly #metrics: StreamUploader<MetricRow>;
  readonly #logs: StreamUploader<LogLine>;
  #problemShown = false;

  constructor(attempt: StreamedAttempt, context: AttemptContext) {
    this.#attempt = attempt;
    this.#context = context;
    const { files, grant } = attempt;
    const { signal, log } = context;
    const shared = { signal, log, elapsedMs: () => Math.max(0, attempt.elapsedMs()) };
    const secrets = secretsOf(grant.env, [grant.token, context.agentKey]);
    this.#metrics = new StreamUploader<MetricRow>({
      ...shared,
      file: files.metrics,
      journal: files.metricsJournal,
      maxLineBytes: MAX_METRIC_LINE_BYTES,
      intervalMs: METRICS_INTERVAL_MS,
      parse: (line) => this.#metricRow(line),
      post: (batch, abort) => this.#postMetrics(batch, abort),
    });
    this.#logs = new StreamUploader<LogLine>({
      ...shared,
      file: files.output,
      journal: files.outputJournal,
      maxLineBytes: MAX_STORED_LINE_BYTES,
      intervalMs: OUTPUT_INTERVAL_MS,
      parse: (line) => parseOutputLine(line, (text) => maskSecrets(text, secrets)),
      post: (batch, abort) => this.#postLogs(batch, abort),
    });
  }

  /** All rows are stored, or refused. */
  async finishMetrics(): Promise<void> {
    await this.#metrics.finish();
    const skipped = this.#metrics.skippedLines;
    if (skipped > 0)
      this.#context.log.warn(
        { leaseId: this.#attempt.grant.leaseId, skipped },
        'lines of metrics were skipped',
      );
  }

  /** All lines are stored, or refused. */
  async finishLogs(): Promise<void> {
    await this.#logs.finish();
  }

  /** Closes the files. */
  close(): void {
    this.#metrics.close();
    this.#logs.close();
  }

  #metricRow(line: string): MetricRow | undefined {
    const parsed = parseMetricLine(line);
    if ('row' in parsed) return parsed.row;
    if (!this.#problemShown) {
      this.#problemShown = true;
      const { leaseId } = this.#attempt.grant;
      this.#context.log.warn(
        { leaseId, problem: parsed.problem, line: line.slice(0, 200) },
        'a line of metrics cannot be read',
      );
    }
    return undefined;
  }

  async #postMetrics(
    batch: { seq: number; offsetMs: number; rows: MetricRow[] },
    signal: AbortSignal,
  ): Promise<void> {
    const { grant } = this.#attempt;
    const rows = batch.rows.map((row) => ({ ...row, offsetMs: batch.offsetMs }));
    try {
      const body = { attempt: grant.attempt, stream: 'metrics', seq: batch.seq, rows };
      const reply = await this.#context.gateway.metrics(grant.runId, body, signal);
      if (reply.command !== undefined) this.#attempt.obey(reply.command);
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'lease/fenced') this.#attempt.stop('fenced', 0);
      throw error;
    }
  }

  async #postLogs(batch: { seq: number; rows: LogLine[] }, signal: AbortSignal): Promise<void> {
    const { grant } = this.#attempt;
    const body: LogBatch = { attempt: grant.attempt, seq: batch.seq, lines: batch.rows };
    await this.#context.gateway.logs(grant.runId, body, signal);
  }
}
