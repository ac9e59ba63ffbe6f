/** From this Node-API on (Node 22.14) the present driver runs; before it ends the process. */
const NODE_API = 10;

/**
 * The package that SQLite comes from: the present driver, or on Node 20 its last version before it moved to Node-API. That one must not run on
 * newer systems either: built with the headers of Node 24.19 and later it ends the process as soon as a statement is collected
 * (nodejs/node issue 65446).
 */
export const SQLITE_PACKAGE = Number(process.versions.napi) >= NODE_API ? 'better-sqlite3' : 'better-sqlite3-node20';
