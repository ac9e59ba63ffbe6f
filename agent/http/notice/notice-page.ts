import type { Notice } from './notice.ts';
import { noticeLanguages } from './notice.ts';

/** The notice as a page that needs no script and can be printed. */
export function noticePage(notice: Notice): string {
  const languages = noticeLanguages()
    .map(({ code, name }) =>
      code === notice.language
        ? `<li aria-current="true">${text(name)}</li>`
        : `<li><a href="?lang=${code}" hreflang="${code}" lang="${code}">${text(name)}</a></li>`,
    )
    .join('');
  const parts = notice.parts
    .map(({ heading, lines }) => `<h2>${text(heading)}</h2>\n<ul>${lines.map((line) => `<li>${text(line)}</li>`).join('')}</ul>`)
    .join('\n');
  return `<!doctype html>
<html lang="${notice.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${text(notice.title)}</title>
<link rel="stylesheet" href="/shop/privacy.css">
</head>
<body>
<nav aria-label="Language"><ul class="languages">${languages}</ul></nav>
<main>
<h1>${text(notice.title)}</h1>
<p class="lead">${text(notice.lead)}</p>
${parts}
<p class="back"><a href="/shop">${text(notice.back)}</a></p>
</main>
</body>
</html>
`;
}

/** How the notice looks, on a phone and on paper. */
export const NOTICE_STYLE = `:root { color-scheme: light dark; --ink: #1c2421; --ground: #fff; --soft: #55605c; --accent: #0b5f50; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eeeb; --ground: #121715; --soft: #a9b5b0; --accent: #7fd1bd; } }
body { margin: 0 auto; padding: 1rem 1.25rem 3rem; max-width: 42rem; background: var(--ground); color: var(--ink); font: 1.0625rem/1.55 system-ui, sans-serif; }
h1 { margin: 1rem 0 0.5rem; font-size: 1.6rem; line-height: 1.2; }
h2 { margin: 1.75rem 0 0.4rem; font-size: 1.125rem; }
ul { margin: 0; padding-left: 1.2rem; }
li { margin: 0.35rem 0; }
.lead { font-size: 1.1875rem; font-weight: 600; }
.languages { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: baseline; padding: 0; list-style: none; font-size: 0.9375rem; color: var(--soft); }
.languages [aria-current] { font-weight: 700; }
a { display: inline-block; padding: 0.25rem 0; color: var(--accent); }
.back { margin-top: 2.5rem; }
@media print { nav, .back { display: none; } body { max-width: none; font-size: 13pt; } }
`;

function text(raw: string): string {
  return raw.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);
}
