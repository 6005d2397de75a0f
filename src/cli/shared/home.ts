import { homedir } from 'node:os';

/**
 * Give a user without HOME and without an entry in passwd, as containers have them, a home that does
 * not exist. Packages that look for it when they are loaded fail otherwise.
 */
export function ensureHome(): void {
  try {
    homedir();
  } catch {
    process.env.HOME = '/nonexistent';
  }
}
