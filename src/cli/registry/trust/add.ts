import { Argument } from 'commander';
import type { CommandDefinition } from '../../shared/command.ts';
import { decide, DELAYED, type DelayedFlags, leafOfCi } from './decide.ts';

/** zkcx registry trust add CI [--apply] */
export const registryTrustAdd: CommandDefinition = {
  name: 'add',
  description: 'propose to accept a CI',
  arguments: [new Argument('<ci>', 'its certificate')],
  options: DELAYED,
  run: async (file: string, flags: DelayedFlags) =>
    decide(flags, { kind: 'addCi', leaf: await leafOfCi(file) }),
};
