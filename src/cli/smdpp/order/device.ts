/** Options that say which one device an order is bound to. */
import { Option } from 'commander';

export const DEVICE = [
  new Option('--eid <digits>', 'the order is for this device only').conflicts('blind'),
  new Option('--blind <hash>', 'the same without its EID: the order of `zkcx order blind`'),
];

export interface DeviceFlags {
  readonly eid?: string;
  readonly blind?: string;
}
