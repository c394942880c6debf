/** The requests that wait or stream, so that a server that stops can end them instead of being held by them. */

/** Open requests of one process. */
export class OpenRequests {
  private readonly stopping = new AbortController();

  /** Fires when the server stops or the client goes away. */
  signal(disconnect: AbortSignal): AbortSignal {
    return AbortSignal.any([this.stopping.signal, disconnect]);
  }

  /** Whether the server is stopping. */
  get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Ends them all. */
  stop(): void {
    this.stopping.abort();
  }
}
