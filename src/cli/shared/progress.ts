/** Progress of the prover for people: which step, how long it takes, and how long it took last time. */
import type { ProverEvent } from '../../prover/prover.ts';
import { lastDurations, rememberDuration } from './durations.ts';
import { gigabytes, printProgress, seconds } from './output.ts';

/** A sign of life, so that nobody takes a proof for a process that hangs. */
const SIGN_MS = 15_000;

interface Step {
  readonly name: string;
  readonly began: number;
  readonly expected: number | undefined;
}

/** Hears the events of one command. */
export function progressLines(): (event: ProverEvent) => void {
  let count = 0;
  let timer: NodeJS.Timeout | undefined;

  const begin = (name: string, key: string, why: string) => {
    count += 1;
    const step: Step = { name, began: Date.now(), expected: lastDurations()[key] };
    const estimate =
      step.expected === undefined
        ? 'it takes seconds to minutes'
        : `about ${seconds(step.expected)}, as last time`;
    printProgress(`Step ${count}: ${name}, ${estimate}: ${why} ...`);
    clearInterval(timer);
    timer = setInterval(() => printProgress(`  ${signOf(step)}`), SIGN_MS).unref();
  };
  const end = (key: string, ms: number, line: string) => {
    clearInterval(timer);
    void rememberDuration(key, ms);
    printProgress(`  ${line}`);
  };

  return (event) => {
    switch (event.type) {
      case 'compiling': {
        const { program, backend, fallback } = event;
        if (fallback !== undefined) printProgress(`Notice: ${fallback}`);
        const why = 'every process makes the tables of the circuit once';
        return begin(`Compiling ${program} (${backend})`, `compile ${program}`, why);
      }
      case 'compiled':
        return end(`compile ${event.program}`, event.ms, `Compiled in ${seconds(event.ms)}`);
      case 'proving': {
        const step = `${event.program}.${event.method}`;
        return begin(`Proving ${step}`, step, 'a proof is computed from all rows of the circuit');
      }
      case 'proved': {
        const { program, method, ms, peakMemory } = event;
        const line = `Proved in ${seconds(ms)}, at most ${gigabytes(peakMemory)} of memory`;
        return end(`${program}.${method}`, ms, line);
      }
    }
  };
}

function signOf({ name, began, expected }: Step): string {
  const elapsed = Date.now() - began;
  if (expected === undefined) return `${name}: ${seconds(elapsed)} so far`;
  const left = expected - elapsed;
  const rest = left > 0 ? `about ${seconds(left)} to go` : 'longer than last time';
  return `${name}: ${seconds(elapsed)} so far, ${rest}`;
}
