/** The fleet page's style sheet; its hash is in the page's security policy, so there is no other style. */
export const FLEET_CSS = `
:root{color-scheme:light dark;--bg:#f6f7f5;--card:#fff;--ink:#1c2420;--soft:#55605a;--line:#d9ded9;--accent:#0b6b4f;--ok:#0b6b4f;--warn:#8a5300;--bad:#a61b1b}
@media (prefers-color-scheme:dark){:root{--bg:#121614;--card:#1b211e;--ink:#e8eeea;--soft:#a3b0a9;--line:#323b36;--accent:#5fd0a5;--ok:#5fd0a5;--warn:#f0b35a;--bad:#ff8f8f}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main,header{max-width:76rem;margin:0 auto;padding:1rem 1.25rem}
h1{font-size:1.5rem;margin:.5rem 0 0}
h2{font-size:1.125rem;margin:2rem 0 .75rem}
main h2:first-child{margin-top:0}
th .soft{font-weight:400}
tbody th{white-space:nowrap}
p{margin:.25rem 0}
a{color:var(--accent)}
a:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.soft{color:var(--soft)}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.5rem;padding:0;margin:1rem 0 0}
nav a{display:inline-block;padding:.375rem .875rem;border:1px solid var(--line);border-radius:2rem;background:var(--card);text-decoration:none}
nav a[aria-current]{background:var(--accent);border-color:var(--accent);color:var(--bg);font-weight:600}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;margin:0}
.tiles div{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:.875rem 1rem}
.tiles dt{color:var(--soft);font-size:.875rem}
.tiles dd{margin:.125rem 0 0;font-size:1.5rem;font-weight:650;font-variant-numeric:tabular-nums}
.tiles dd small{display:block;font-size:.8125rem;font-weight:400;color:var(--soft)}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:.75rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:.75rem 1rem;color:var(--soft)}
th,td{padding:.5rem 1rem;text-align:left;border-top:1px solid var(--line);vertical-align:top}
thead th{font-size:.875rem;color:var(--soft);font-weight:600;white-space:nowrap}
.number{text-align:right}
.ok{color:var(--ok)}.warn{color:var(--warn)}.bad{color:var(--bad)}
.ok,.warn,.bad{font-weight:600;white-space:nowrap}
svg.bar{display:block;width:8rem;height:.75rem;margin-top:.375rem}
svg.bar rect{fill:var(--accent)}
`;
