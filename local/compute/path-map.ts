/**
 * Maps paths of the environment to paths of this machine, and back. The container of a Runtime session has its own file
 * system; in the local service, every session has a directory for its mount, and the longest prefix wins.
 */
export class PathMap {
  private readonly entries: readonly (readonly [inside: string, here: string])[];

  public constructor(map: Readonly<Record<string, string>>) {
    this.entries = Object.entries(map)
      .map(([inside, here]) => [trim(inside), trim(here)] as const)
      .sort(([a], [b]) => b.length - a.length);
  }

  public toHost(path: string): string {
    return this.replace(path, 0, 1);
  }

  public toEnvironment(path: string): string {
    return this.replace(path, 1, 0);
  }

  private replace(path: string, from: 0 | 1, to: 0 | 1): string {
    for (const entry of this.entries) {
      if (path === entry[from]) return entry[to];
      if (path.startsWith(`${entry[from]}/`)) return entry[to] + path.slice(entry[from].length);
    }
    return path;
  }
}

const trim = (path: string): string => (path.length > 1 ? path.replace(/\/+$/, '') : path);
