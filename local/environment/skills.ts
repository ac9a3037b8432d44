/**
 * Skills of the environment: directories with a `SKILL.md` below a capability directory (documented), grouped by
 * plugins (observed), plus what the exec server itself reports for the workspace (`capabilities/discoverV2`).
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { type ExecConnection, RpcError } from './exec-connection';
import { readDirectory, readFile } from './files';

export interface Skill {
  readonly name: string;
  readonly description: string;
  readonly path: string;
}

const MAX_DEPTH = 5;

function frontMatter(text: string): { name?: unknown; description?: unknown } {
  const match = /^---\r?\n(.*?)\r?\n---(?:\r?\n|$)/s.exec(text);
  if (match === null) return {};
  try {
    const value: unknown = parse(match[1]);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

async function below(connection: ExecConnection, directory: string, depth: number): Promise<Skill[]> {
  const entries = await readDirectory(connection, directory).catch((error: unknown) => {
    // A missing capability directory has no skills.
    if (error instanceof RpcError) return [];
    throw error;
  });
  const found: Skill[] = [];
  for (const entry of entries.sort((a, b) => (a.fileName < b.fileName ? -1 : 1))) {
    const full = path.join(directory, entry.fileName);
    if (entry.isFile && entry.fileName === 'SKILL.md') {
      const { name, description } = frontMatter(await readFile(connection, full));
      if (typeof name === 'string' && typeof description === 'string') found.push({ name, description, path: full });
    } else if (entry.isDirectory && depth > 0 && entry.fileName !== 'node_modules' && entry.fileName !== '.git') {
      found.push(...(await below(connection, full, depth - 1)));
    }
  }
  return found;
}

/** The skills that the exec server reports; none for a version without the method. */
async function reported(connection: ExecConnection, workspace: string): Promise<Skill[]> {
  try {
    const answer = (await connection.request('capabilities/discoverV2', { cwd: pathToFileURL(workspace).href })) as {
      skills?: { name?: unknown; description?: unknown; path?: unknown }[];
    };
    const text = (value: unknown): string => (typeof value === 'string' ? value : '');
    return (answer.skills ?? [])
      .map((skill) => ({ name: text(skill.name), description: text(skill.description), path: text(skill.path) }))
      .filter((skill) => skill.name !== '');
  } catch (error) {
    if (error instanceof RpcError) return [];
    throw error;
  }
}

export async function discoverSkills(
  connection: ExecConnection,
  workspace: string,
  capabilityDirectories: string[],
): Promise<Skill[]> {
  const skills = await reported(connection, workspace);
  for (const directory of capabilityDirectories) skills.push(...(await below(connection, directory, MAX_DEPTH)));
  return [...new Map(skills.map((skill) => [skill.path, skill])).values()];
}
