/** How the page looks. Symbols and words say what colours say; no part is wider than a telephone. */
const LIGHT = `--ground: #fff; --card: #f5f6f8; --ink: #16181d; --quiet: #565d6b; --line: #c6cad3;
  --told: #a3180b; --told-ground: #fde4e0; --hidden: #12612c; --hidden-ground: #def3e3; --own: #4a4f5c;
  --bar0: #3457b1; --bar1: #8fa8e6`;
const DARK = `--ground: #14161a; --card: #1e2127; --ink: #eceef2; --quiet: #a5acb9; --line: #434955;
  --told: #ffaaa0; --told-ground: #4a1d18; --hidden: #93dfa8; --hidden-ground: #16381f; --own: #c3c8d2;
  --bar0: #8ba6f0; --bar1: #44599a`;

export const STYLE = `
:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
* { box-sizing: border-box }
body { background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; margin: 0 }
main { margin: 0 auto; max-width: 90rem; padding: 1rem 1rem 3rem }
h1 { font-size: clamp(1.6rem, 5vw, 2.6rem); line-height: 1.15; margin: 1rem 0 .5rem }
h2 { font-size: 1.4rem; margin: 2.5rem 0 .5rem } h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem }
p { max-width: 48rem } .lead { font-size: 1.15rem } small, footer, figcaption p { color: var(--quiet) }
.told { color: var(--told) } .hidden { color: var(--hidden) } .own { color: var(--own) }
td.told { background: var(--told-ground) } td.hidden { background: var(--hidden-ground) }
.number { font-variant-numeric: tabular-nums; text-align: right }

.headlines { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)) }
.headline { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem }
.headline h2 { font-size: 1.1rem; margin: 0 0 .5rem } dl { margin: 0 }
dl > div { align-items: baseline; border-top: 1px solid var(--line); display: flex; gap: 1rem; justify-content: space-between; padding: .35rem 0 }
dd { margin: 0; text-align: right } dd strong { font-size: 1.7rem; font-variant-numeric: tabular-nums; line-height: 1.2 }
dd small { color: inherit; white-space: nowrap }

table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid var(--line); padding: .4rem .6rem; text-align: left; vertical-align: top }
thead th { background: var(--card) } tbody th { font-weight: 600 }
.findings th[colspan], .findings th:nth-child(odd) { border-left: 1px solid var(--line) }
.findings td { white-space: nowrap }
.legend span { white-space: nowrap }

figure { margin: 1rem 0 2rem } figcaption h3 { margin-bottom: 0 } figcaption p { margin: 0 0 .5rem }
.chart th { width: 12rem } .chart td.number { width: 17rem } .chart td, .chart th { border: 0; vertical-align: middle }
.chart td.number small { display: block; font-weight: 400 } .chart .bar { white-space: nowrap }
i { display: inline-block; height: 1.4rem; vertical-align: middle } .legend i { height: .8rem; width: .8rem }
.part0 { background: var(--bar0) }
.part1 { background: repeating-linear-gradient(135deg, var(--bar1) 0 6px, var(--bar0) 6px 8px) }

.modes { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)) }
.modes section { min-width: 0 }
.sequence { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; display: block; height: auto; max-width: 26rem; width: 100% }
.sequence text { fill: var(--ink); font: 13px system-ui, sans-serif }
.sequence .party { font-weight: 700 } .sequence .number { font-variant-numeric: tabular-nums }
.sequence .small { font-size: 12px } .sequence .life { stroke: var(--quiet); stroke-dasharray: 2 3 }
.sequence .arrow { fill: none; stroke-width: 1.6 }
.sequence path.told { stroke: var(--told) } .sequence path.hidden { stroke: var(--hidden) }
.sequence text.told { fill: var(--told) } .sequence text.hidden { fill: var(--hidden) }
.sequence rect.note { fill: var(--ground); stroke: var(--line) }
details { margin: .5rem 0 } summary { cursor: pointer } details ol { padding-left: 1.2rem }
pre { font-size: 11px; overflow-wrap: anywhere; white-space: pre-wrap }

@media (max-width: 60rem) {
  .cards thead { clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute; width: 1px }
  .cards, .cards tbody, .cards tr, .cards th, .cards td { display: block }
  .cards tr { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; margin: 0 0 .8rem; overflow: hidden }
  .cards td { display: flex; gap: 1rem; justify-content: space-between; text-align: right; white-space: normal }
  .cards td::before { color: var(--quiet); content: attr(data-label); flex: none; max-width: 50%; text-align: left }
  .cards tr > :last-child { border-bottom: 0 }
  .chart tr { display: grid; grid-template-columns: 1fr auto; margin-bottom: .6rem }
  .chart th, .chart td { padding: .1rem 0 } .chart td.number, .chart th { width: auto }
  .chart .bar { grid-row: 2; grid-column: 1 / -1 }
}
@media print { details { display: none } }
`;
