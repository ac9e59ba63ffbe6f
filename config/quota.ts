const MIB = 1024 * 1024;
/** Write-ahead log at its largest, and the ballast file. */
const BESIDE_BYTES = (16 + 32) * MIB;
/** The database and its three backups, each as large as the database at most. */
const COPIES = 4;

/** Most bytes of the database file alone, so that everything in the data folder together stays below `data.quota` (256 MB or more). */
export function databaseQuotaBytes(quotaBytes: number): number {
  return Math.max(MIB, Math.floor((quotaBytes - BESIDE_BYTES) / COPIES));
}
