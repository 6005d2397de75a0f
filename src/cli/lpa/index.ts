import type { Command } from 'commander';
import { registerLpaDownload } from './download.ts';
import { registerLpaNotifications } from './notifications.ts';
import { registerLpaProbe } from './probe.ts';
import { registerLpaProfiles } from './profiles.ts';

/** zkcx lpa download|list|enable|disable|delete|nickname|notifications|probe */
export function registerLpa(lpa: Command): void {
  registerLpaDownload(lpa);
  registerLpaProfiles(lpa);
  registerLpaNotifications(lpa);
  registerLpaProbe(lpa);
}
