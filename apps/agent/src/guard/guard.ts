/**
 * The guard: a process that owns the process tree of one attempt, without network. The agent starts it before there is
 * anything to run, so that its start is no part of the gap between two trials; on `start` it runs the user's command in a
 * session of its own. It ends the attempt at the lease's deadline also when the agent is dead, proves that no process is
 * left, and writes how it ended to disk. As process 1 of a PID namespace its own death ends everything.
 */
import { createServer, Socket } from 'node:net';
import { AttemptProcess } from './attempt-process.js';
import { watchClocks } from './clocks.js';
import { encodeMessage, messageReader, requestTypes } from './guard-messages.js';
import type { GuardReport, GuardRequest, Launch } from './guard-messages.js';

/** File descriptor of the pipe to the agent that started this guard. */
const CONTROL_FD = 3;

let attempt: AttemptProcess | undefined;
let listeners: Socket[] = [];
/** What an agent that connects later must hear. */
const history: GuardReport[] = [];

function report(message: GuardReport): void {
  if (message.type !== 'gap') history.push(message);
  for (const listener of listeners) listener.write(encodeMessage(message));
}

function listenTo(socket: Socket): void {
  listeners.push(socket);
  const leave = (): void => {
    listeners = listeners.filter((listener) => listener !== socket);
    // An idle guard serves nobody once its agent is gone; a busy one keeps the attempt and enforces its deadline.
    if (attempt === undefined && listeners.length === 0) process.exit(0);
  };
  socket.on('error', leave);
  socket.on('close', leave);
  socket.on('data', messageReader<GuardRequest>(requestTypes, obey));
}

function obey(request: GuardRequest): void {
  switch (request.type) {
    case 'start':
      start(request.launch);
      return;
    case 'renew':
      attempt?.renew(BigInt(request.deadlineNs));
      return;
    case 'stop':
      attempt?.stop(request);
      return;
    case 'signal':
      attempt?.signal(request.signal);
      return;
    case 'quit':
      if (attempt === undefined) process.exit(0);
  }
}

function start(launch: Launch): void {
  const started = new AttemptProcess(launch, process.pid === 1, report);
  attempt = started;
  const stopWatching = watchClocks((ms) => {
    started.lostTime(ms);
    report({ type: 'gap', ms });
  });
  const server = createServer((socket) => {
    for (const message of history) socket.write(encodeMessage(message));
    listenTo(socket);
  });
  // Without the socket a restarted agent cannot adopt this attempt; the deadline still ends it.
  server.on('error', () => undefined);
  server.listen(launch.socket);
  void started.closed.then(() => {
    stopWatching();
    report({ type: 'closed' });
    for (const listener of listeners) listener.end();
    server.close();
    process.exitCode = 0;
    // Sockets that the other side keeps open must not keep the guard.
    setTimeout(() => process.exit(0), 50);
  });
}

/**
 * The first attempt of a process compiles what later ones only run: one that does nothing goes before it while there is time. Its
 * files lead nowhere.
 */
function warmUp(): void {
  const nowhere = '/dev/null';
  new AttemptProcess(
    {
      argv: ['true'],
      cwd: '/',
      env: {},
      marker: 'SWATH_ATTEMPT_ID=none',
      outputFile: nowhere,
      // Below a file: nothing is written or renamed there.
      exitFile: `${nowhere}/exit`,
      socket: nowhere,
      deadlineNs: String(process.hrtime.bigint() + 60_000_000_000n),
      graceMs: 0,
      journal: { file: nowhere, attempt: { attemptId: '', trialId: '', attempt: 0, slots: [] } },
    },
    // Not the whole namespace: its end must not take an attempt along that has begun meanwhile.
    false,
    () => undefined,
  );
}

// The agent's terminal sends these to its group; only the agent decides for an attempt.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => undefined);
listenTo(new Socket({ fd: CONTROL_FD, readable: true, writable: true }));
warmUp();
