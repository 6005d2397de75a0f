/** Stands for the proving process of one `Prover`: what that asks, the shared one does, see host.ts. */
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import { socketPath } from './folder.ts';

const socket = createConnection(socketPath());
socket.on('close', () => process.exit(1));
createInterface({ input: socket }).on('line', (line) => process.send!(JSON.parse(line)));
process.on('message', (command) => void socket.write(`${JSON.stringify(command)}\n`));
process.on('disconnect', () => process.exit());
