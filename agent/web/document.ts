/** What a page's document names; addresses are absolute paths of this server. */
export interface DocumentParts {
  readonly title: string;
  readonly script: string;
  /** Modules that the script imports at once: fetched beside it, not after it. */
  readonly modules: readonly string[];
  readonly style: string;
  readonly icon: string;
}

/** The HTML document of a page: it only loads the page's own files, so a policy without inline code holds. */
export function documentOf(parts: DocumentParts): string {
  const preloads = parts.modules.map((module) => `<link rel="modulepreload" href="${module}">\n`).join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${parts.title}</title>
<link rel="icon" href="${parts.icon}" type="image/svg+xml">
<link rel="stylesheet" href="${parts.style}">
${preloads}<script type="module" src="${parts.script}"></script>
</head>
<body>
<div id="app"></div>
<noscript><p>This page needs JavaScript, which is switched off in this browser.</p></noscript>
</body>
</html>
`;
}
