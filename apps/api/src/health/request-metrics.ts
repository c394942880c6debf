/** Counts and times requests by operation for Prometheus. */
import { Histogram, collectDefaultMetrics, Registry } from 'prom-client';

/** Counters of one process. */
export class RequestMetrics {
  private readonly registry = new Registry();
  private readonly duration: Histogram<'method' | 'route' | 'status'>;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.duration = new Histogram({
      name: 'swath_http_request_seconds',
      help: 'Duration of HTTP requests, waiting included, by route and status.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 30],
      registers: [this.registry],
    });
  }

  /** Content type of `text`. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** Adds one request. */
  observe(request: { method: string; route: string; status: number; seconds: number }): void {
    this.duration.observe(
      { method: request.method, route: request.route, status: String(request.status) },
      request.seconds,
    );
  }

  /** All counters in Prometheus' text format. */
  async text(): Promise<string> {
    return this.registry.metrics();
  }
}
