/** zkcx registry ...: the registry on Mina, or on an embedded chain. */
import type { Command } from 'commander';
import { registerRegistryDeploy } from './deploy.ts';
import { registerRegistryPath } from './path.ts';
import { registerRegistryPublish } from './publish.ts';
import { registerRegistryRelay } from './relay.ts';
import { registerRegistryShow } from './show.ts';
import { registerRegistrySync } from './sync.ts';
import { registerRegistryTrust } from './trust.ts';
import { registerRegistryUpdateRevocation } from './update-revocation.ts';

export function registerRegistry(registry: Command): void {
  registerRegistryDeploy(registry);
  registerRegistryPublish(registry);
  registerRegistryShow(registry);
  registerRegistryPath(registry);
  registerRegistrySync(registry);
  registerRegistryRelay(registry);
  registerRegistryUpdateRevocation(registry);
  registerRegistryTrust(registry);
}
