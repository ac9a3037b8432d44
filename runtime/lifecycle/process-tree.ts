import { readdirSync, readFileSync } from 'node:fs';

/** A process as /proc shows it. `startTime` distinguishes it from a later process with the same id. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly startTime: string;
}

/** All processes of this machine, or an empty list without /proc (macOS): then only the process group is stopped. */
function listProcesses(): ProcessEntry[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  return names.filter((name) => /^[0-9]+$/.test(name)).flatMap((name) => readProcess(Number(name)) ?? []);
}

/**
 * Everything below a process. Commands of the exec server are leaders of their own sessions (seen with codex 0.171.0),
 * so a signal to its process group does not reach them.
 */
export function descendantsOf(root: number, processes: ProcessEntry[] = listProcesses()): ProcessEntry[] {
  const found: ProcessEntry[] = [];
  const parents = new Set([root]);
  for (let before = -1; before !== found.length;) {
    before = found.length;
    for (const entry of processes) {
      if (parents.has(entry.parent) && !parents.has(entry.pid)) {
        parents.add(entry.pid);
        found.push(entry);
      }
    }
  }
  return found;
}

/** Processes whose parents died, below the process that adopts them. Never this server or its current processes. */
export function orphansOf(adopter: number): ProcessEntry[] {
  const processes = listProcesses();
  // As process 1, this server adopts orphans itself. While no exec server runs, every process below it is an orphan.
  if (adopter === process.pid) return descendantsOf(adopter, processes);
  const mine = new Set([process.pid, ...descendantsOf(process.pid, processes).map(({ pid }) => pid)]);
  return descendantsOf(adopter, processes).filter(({ pid }) => !mine.has(pid));
}

/** Kills the processes that are still the same ones. @returns how many were signalled. */
export function killAll(entries: ProcessEntry[]): number {
  return entries.filter(({ pid, startTime }) => readProcess(pid)?.startTime === startTime && killed(pid)).length;
}

function killed(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

function readProcess(pid: number): ProcessEntry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything; the fields after the last one are fixed: state, parent, …, start time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined;
    return { pid, parent: Number(fields[1]), startTime: fields[19] };
  } catch {
    return undefined;
  }
}
