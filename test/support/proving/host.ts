/**
 * The proving process that all tests of a run share, behind a socket: the first test that needs a program has it
 * compiled, the others find it there. One command after the other, whoever asks. A proof that is made when nobody
 * waits for it any more is for who asks for the same again. Ends with the process that started it.
 */
import type { ChildProcess } from 'node:child_process';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { forkModule } from '../../../src/prover/fork.ts';
import { socketPath } from './folder.ts';
import type { Command, Reply } from './protocol.ts';

/** Answers that end a command. */
const LAST: readonly Reply['type'][] = ['compiled', 'proved', 'failed', 'returned', 'threw'];

let child: ChildProcess | undefined;
let nextId = 1;
let turn: Promise<void> = Promise.resolve();
/** Answers that nobody waited for, by what was asked. */
const left = new Map<string, readonly Reply[]>();

function start(): ChildProcess {
  const started = forkModule(new URL('./prover.worker.ts', import.meta.url));
  started.once('exit', () => (child = undefined));
  return started;
}

/** Hand a command on, and its answers back, until the last one. A dead prover is seen as a closed socket. */
function handle(command: Command, client: Socket): Promise<void> {
  return new Promise((resolve) => {
    // nobody waits for it any more
    if (client.destroyed) return resolve();
    const answer = (reply: Reply) =>
      client.write(`${JSON.stringify({ ...reply, id: command.id })}\n`);
    const asked = JSON.stringify({ ...command, id: 0 });
    const made = left.get(asked);
    if (made !== undefined) {
      left.delete(asked);
      made.forEach(answer);
      return resolve();
    }
    const replies: Reply[] = [];
    const prover = (child ??= start());
    const id = nextId++;
    const settle = () => {
      prover.off('message', onMessage).off('exit', onExit);
      resolve();
    };
    const onExit = () => {
      client.destroy();
      settle();
    };
    const onMessage = (reply: Reply) => {
      if (reply.id !== id) return;
      replies.push(reply);
      answer(reply);
      if (!LAST.includes(reply.type)) return;
      if (reply.type === 'proved' && client.destroyed) left.set(asked, replies);
      settle();
    };
    prover.on('message', onMessage).on('exit', onExit);
    prover.send({ ...command, id });
  });
}

const server = createServer((client) => {
  client.on('error', () => undefined);
  createInterface({ input: client }).on('line', (line) => {
    turn = turn.then(() => handle(JSON.parse(line) as Command, client));
  });
});
server.listen(socketPath(process.argv[2]), () => process.send!('ready'));
process.once('disconnect', () => {
  child?.kill('SIGKILL');
  process.exit();
});
