/** npm run vectors: write the test vectors of the package anew. Review the diff: others rely on every value in it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatVectors, makeVectors } from './vectors/make.ts';

const folder = fileURLToPath(new URL('../vectors/', import.meta.url));
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}vectors.json`, formatVectors(await makeVectors()));
