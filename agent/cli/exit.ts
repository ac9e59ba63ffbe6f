/** How a command ends, for scripts and supervisors; documented in the help of `endcap`. Numbers from 64 are those of sysexits.h. */
export const EXIT = {
  /** Done, and all is well. */
  done: 0,
  /** Done, and something was found to be wrong: `doctor` with a FAIL, `replay --diff` with a difference. */
  found: 1,
  /** The command line cannot be understood. */
  usage: 64,
  /** Something outside is not there or refuses: a port is taken, a file or a broker cannot be reached. */
  unavailable: 69,
  /** A defect of this program. */
  defect: 70,
  /** The configuration has problems, each printed on a line of its own. */
  config: 78,
} as const;

/** One of the codes of `EXIT`. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
