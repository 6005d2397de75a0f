import { Argument } from 'commander';
import { systemClock } from '../../time.ts';
import { readAnchors } from '../shared/certificates.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { AT, type AtFlags, CI, type CiFlags } from '../shared/options.ts';
import type { Answer } from '../shared/output.ts';
import { readMap } from '../shared/revocation-map.ts';
import { mapAnswer } from './map-answer.ts';

type Flags = CiFlags & AtFlags;

/** zkcx revocation show MAP --ci CI [--at TIME] */
export const revocationShow: CommandDefinition = {
  name: 'show',
  description: 'check a revocation map again, list by list, and show its entries',
  arguments: [new Argument('<map>', 'map file')],
  options: [CI, AT],
  run: show,
};

async function show(file: string, { ci, at = systemClock() }: Flags): Promise<Answer> {
  const anchors = await readAnchors(ci);
  return mapAnswer(await readMap(file, { anchors, at }), at);
}
