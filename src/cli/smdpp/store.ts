/** The folder that the commands about orders and profiles work on; the server may run meanwhile. */
import { Option } from 'commander';
import type { AdministrationFunction } from '../../rsp/smdpp/index.ts';
import { systemClock } from '../../time.ts';
import { required } from '../shared/options.ts';

export const STORE = [
  required('--data <folder>', 'folder of the SM-DP+; it may run meanwhile'),
  new Option('--address <fqdn>', 'address of the SM-DP+, if it has not run on the folder yet'),
];

export interface StoreFlags {
  readonly data: string;
  readonly address?: string;
}

export async function administrate(
  { data, address }: StoreFlags,
  name: AdministrationFunction,
  body: object,
): Promise<unknown> {
  const service = await import('../../rsp/smdpp/index.ts');
  return service.administrate(data, name, body, { now: systemClock, address });
}
