/** The results as one HTML file that needs nothing else. */
import type { Result } from './downloads.ts';
import { costTable, KNOWLEDGE, leakTable, type Table } from './tables.ts';

export function page(results: readonly Result[], at: Date): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>One download, three modes</title>
<style>${STYLE}</style>
<h1>One profile download, three modes</h1>
<p>The same profile, from the same SM-DP+ to an emulated eUICC over plain HTTP on loopback, so that all
of it could be recorded; proofs are real. In <code>zkcx-device</code> twice: first everything is proven while
the server waits, a refresh of the credential included, then with a presentation that was ready. All seconds are of this run, made
${at.toISOString()}; <code>npm run bench:online -- --before CHECKOUT</code> compares them with a version that
prepares nothing.</p>
${table(leakTable(results))}
${table(KNOWLEDGE)}
${table(costTable(results))}
<h2>Messages</h2>
<div class="modes">${results.map(sequence).join('\n')}</div>
</html>
`;
}

function table({ title, head, rows }: Table): string {
  const cells = (row: readonly string[], tag: 'td' | 'th') =>
    row.map((cell) => `<${tag}${classOf(cell)}>${escape(cell)}</${tag}>`).join('');
  return `<h2>${escape(title)}</h2>
<table><tr>${cells(head, 'th')}</tr>
${rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('\n')}</table>`;
}

const classOf = (cell: string) =>
  cell === 'sees it' || cell === 'keeps it' ? ' class="told"' : cell === '-' ? ' class="kept"' : '';

/** LPA left, SM-DP+ right, what an observer finds in between. */
function sequence({ run, heard, leaks }: Result): string {
  const found = (label: string) => {
    const names = leaks.filter((leak) => leak.label === label).map(({ secret }) => secret);
    return names.length === 0 ? '' : `<br><b>${escape([...new Set(names)].join(', '))}</b>`;
  };
  const steps = heard.map(
    ({ name, request, answer, ms }) => `<li>
<p class="up">${escape(name)} &rarr; ${request.length} bytes${found(`${name}, request`)}</p>
<p class="down">&larr; ${answer.length} bytes, ${(ms / 1000).toFixed(2)} s${found(`${name}, answer`)}</p>
<details><summary>as the observer sees it</summary><pre>${escape(cut(request))}

${escape(cut(answer))}</pre></details></li>`,
  );
  return `<section><h3>${escape(run.name)}</h3><p class="ends"><span>LPA</span><span>SM-DP+</span></p>
<ol>${steps.join('\n')}</ol></section>`;
}

const cut = (text: string) => (text.length > 600 ? `${text.slice(0, 600)} ...` : text);

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
const escape = (text: string) => text.replace(/[&<>"]/g, (one) => ENTITIES[one]!);

const STYLE = `
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0 2rem }
th, td { border: 1px solid #bbb; padding: .3rem .6rem; text-align: left; vertical-align: top }
th { background: #eee }
.told { background: #fbd5d0 }
.kept { background: #d9f2dc }
.modes { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)) }
.ends { display: flex; justify-content: space-between; font-weight: bold }
ol { border-left: 2px solid #888; border-right: 2px solid #888; list-style: none; margin: 0; padding: 0 .6rem }
li { padding: .5rem 0 } li p { margin: .1rem 0 }
.up { text-align: left } .down { text-align: right }
b { color: #a3180b }
pre { font-size: 11px; overflow-wrap: anywhere; white-space: pre-wrap }
`;
