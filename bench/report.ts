/** What the benchmark measures, and how it is shown. */

export interface ProofMeasure {
  readonly name: string;
  /** Whether it is the first of its name in its process. */
  readonly cold: boolean;
  readonly seconds: number;
}

/** What one subject's process reports. */
export interface SubjectMeasure {
  readonly subject: string;
  readonly compileSeconds: number;
  readonly peakMegabytes: number;
  readonly proofs: readonly ProofMeasure[];
}

export interface Report {
  readonly machine: string;
  readonly runs: number;
  readonly subjects: readonly SubjectMeasure[];
  /** Fastest warm run of each proof, seconds, as `subject.proof`. */
  readonly seconds: Readonly<Record<string, number>>;
  /** The first of each. In no ratio. */
  readonly coldSeconds: Readonly<Record<string, number>>;
  readonly ratios: Readonly<Record<string, number>>;
}

/**
 * Fastest run of each proof and the ratios that the project is judged by. The fastest of several
 * runs is what the machine needs when nothing else disturbs it.
 */
export function report(machine: string, runs: number, subjects: SubjectMeasure[]): Report {
  const seconds: Record<string, number> = {};
  const coldSeconds: Record<string, number> = {};
  for (const { subject, proofs } of subjects) {
    for (const { name, cold, seconds: taken } of proofs) {
      const key = `${subject}.${name}`;
      if (cold) coldSeconds[key] = taken;
      else seconds[key] = Math.min(seconds[key] ?? Infinity, taken);
    }
  }
  const sum = (...keys: string[]) =>
    keys.reduce((total, key) => total + (seconds[key] ?? Number.NaN), 0);
  // each of the two certificates takes a hash and a signature proof there
  const builtin = 2 * sum('builtin.hash', 'builtin.sign') + sum('builtin.anchor', 'builtin.extend');
  const ratios = {
    'builtin / chain': builtin / sum('chain.anchor', 'chain.extend'),
    'extend / recursive filler 2^16': sum('chain.extend') / sum('fillerRecursive16.extend'),
    'anchor / recursive filler 2^16': sum('chain.anchor') / sum('fillerRecursive16.anchor'),
    'builtin / possession': sum('builtinPossession.prove') / sum('possession.prove'),
    'possession / filler 2^14': sum('possession.prove') / sum('filler14.prove'),
    'sessionPossession / possession': sum('sessionPossession.prove') / sum('possession.prove'),
    'registryPresentation / sessionPossession':
      sum('registryPresentation.prove') / sum('sessionPossession.prove'),
    'presentation / recursive filler 2^14':
      sum('presentation.prove') / sum('fillerRecursive14.extend'),
    'refresh / recursive filler 2^14': sum('refresh.ofRefresh') / sum('fillerRecursive14.extend'),
    'certify / recursive filler 2^14': sum('certify.prove') / sum('fillerRecursive14.extend'),
  };
  // a run of some subjects has some of the ratios
  const known = Object.entries(ratios).filter(([, ratio]) => !Number.isNaN(ratio));
  return { machine, runs, subjects, seconds, coldSeconds, ratios: Object.fromEntries(known) };
}

/** Markdown table of a report. */
export function table({ machine, runs, subjects, seconds, coldSeconds, ratios }: Report): string {
  const rows = Object.entries(seconds).map(([key, taken]) => {
    const subject = subjects.find(({ subject }) => key.startsWith(`${subject}.`))!;
    const gigabytes = (subject.peakMegabytes / 1024).toFixed(1);
    const cold = coldSeconds[key]!.toFixed(1);
    return `| ${key} | ${taken.toFixed(1)} s | ${cold} s | ${gigabytes} GB |`;
  });
  const quotients = Object.entries(ratios).map(
    ([name, ratio]) => `| ${name} | ${ratio.toFixed(2)} | | |`,
  );
  return [
    `| fastest of ${runs} on ${machine} | warm | cold: first of a process | peak memory |`,
    '| --- | --- | --- | --- |',
    ...rows,
    ...quotients,
  ].join('\n');
}
