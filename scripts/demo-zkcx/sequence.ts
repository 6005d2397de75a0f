/** The messages of one download as a picture (SVG), in the order in which they were recorded. */
import type { DeviceEvent, Exchange, Result } from './recording.ts';
import { duration, escape, size, wrap } from './words.ts';

/** Units of the picture are pixels of a telephone: text stays readable where it is not made smaller. */
const WIDTH = 340;
const DEVICE = 24;
const SERVER = WIDTH - 24;
const LINE = 15;
/** Characters of small text between the two lines of life. */
const CHARACTERS = 42;

interface Drawing {
  /** Where the next thing is drawn. */
  y: number;
  readonly parts: string[];
}

export function sequence(result: Result, id: string): string {
  const { run, heard, events } = result;
  const drawing: Drawing = { y: 48, parts: [] };
  const steps = [
    ...heard.map((exchange) => ({ at: exchange.answeredAt, draw: () => call(exchange) })),
    ...events.map((event) => ({ at: event.at, draw: () => atDevice(event) })),
  ].sort((a, b) => a.at - b.at);
  for (const step of steps) step.draw();
  const bottom = drawing.y + 8;
  const title = `Messages of the download: ${run.name}`;
  const described = heard.map(({ name }) => `${name}: ${seenIn(name)}`).join('. ');
  return `<svg class="sequence" viewBox="0 0 ${WIDTH} ${bottom}" width="${WIDTH}" height="${bottom}" role="img" aria-labelledby="${id}-title ${id}-text">
<title id="${id}-title">${escape(title)}</title><desc id="${id}-text">${escape(described)}</desc>
<path class="life" d="M${DEVICE} 32V${bottom}M${SERVER} 32V${bottom}"/>
<text class="party" x="4" y="20">Device</text><text class="party" x="${WIDTH - 4}" y="20" text-anchor="end">SM-DP+</text>
${drawing.parts.join('\n')}
</svg>`;

  function seenIn(name: string): string {
    const names = ['request', 'answer'].flatMap((way) => secretsIn(`${name}, ${way}`));
    return names.length === 0
      ? 'an observer finds nothing'
      : `an observer sees ${names.join(', ')}`;
  }

  function secretsIn(label: string): string[] {
    const found = result.leaks.filter((leak) => leak.label === label);
    return [...new Set(found.map(({ secret }) => secret))];
  }

  function call({ name, request, answer, ms }: Exchange): void {
    arrow(`${name}`, size(request.length), 'up', secretsIn(`${name}, request`));
    const after = `answer after ${duration(ms / 1000)}`;
    arrow(after, size(answer.length), 'down', secretsIn(`${name}, answer`));
    drawing.y += 10;
  }

  function arrow(
    what: string,
    bytes: string,
    way: 'up' | 'down',
    secrets: readonly string[],
  ): void {
    const { parts } = drawing;
    const [from, to] = way === 'up' ? [DEVICE, SERVER] : [SERVER, DEVICE];
    const back = way === 'up' ? -7 : 7;
    parts.push(
      `<text x="${DEVICE + 8}" y="${drawing.y + 10}">${escape(what)}</text>`,
      `<text class="number" x="${SERVER - 8}" y="${drawing.y + 10}" text-anchor="end">${bytes}</text>`,
    );
    drawing.y += 17;
    const told = secrets.length > 0;
    parts.push(
      `<path class="arrow ${told ? 'told' : 'hidden'}" d="M${from} ${drawing.y}H${to}m${back} -4l${-back} 4l${back} 4"/>`,
    );
    drawing.y += 4;
    const text = told ? `✕ observer sees ${secrets.join(', ')}` : '✓ nothing found';
    small(text, told ? 'told' : 'hidden', DEVICE + 8);
    drawing.y += 6;
  }

  function small(text: string, name: string, x: number): void {
    for (const line of wrap(text, CHARACTERS)) {
      drawing.y += LINE;
      drawing.parts.push(
        `<text class="small ${name}" x="${x}" y="${drawing.y - 3}">${escape(line)}</text>`,
      );
    }
  }

  function atDevice(event: DeviceEvent): void {
    const top = drawing.y;
    drawing.y += 4;
    const { parts } = drawing;
    const place = parts.length;
    small(said(event), 'note', DEVICE + 2);
    drawing.y += 4;
    const height = drawing.y - top;
    parts.splice(
      place,
      0,
      `<rect class="note" x="8" y="${top}" width="${WIDTH - 50}" height="${height}" rx="4"/>`,
    );
    drawing.y += 10;
  }

  function said(event: DeviceEvent): string {
    if (event.type === 'accepted') return 'The user sees the metadata and accepts.';
    const { what, seconds } = event;
    return result.ahead.some((proof) => proof.what === what)
      ? `Takes the ${what} made ahead: ${duration(seconds)}`
      : `Proves the ${what}: ${duration(seconds)}`;
  }
}
