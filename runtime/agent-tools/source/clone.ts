import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { Refusal } from '../server/refusal';
import { type AwsCredentials, codeCommitCredentials, type GitCredentials } from './code-commit-credentials';
import { download } from './download';
import { git, GitFailure, type GitOptions, type GitTransport, refusalOf } from './git';
import type { Repository } from './scope-entries';
import { updateClone } from './update-clone';
import { inFreshDirectory, kindOf, MAX_ENTRIES, placeIn, requireSize, tooLarge, tooMany } from './workspace';

export interface CloneContext {
  readonly workspace: string;
  readonly maxBytes: number;
  readonly region: string;
  readonly s3: S3Client;
  readonly roleCredentials: () => Promise<AwsCredentials>;
}

export interface CloneInput {
  readonly commit?: string;
  readonly branch?: string;
  readonly depth: number;
}

/** Refs of the requested commits. Branches have the same names as in a clone. */
const FETCHED = 'refs/fetched/';
const BRANCHES = 'refs/remotes/origin/';
/** Everything that a call fetches. */
const REFS = [`+${FETCHED}*:${FETCHED}*`, `+${BRANCHES}*:${BRANCHES}*`];
const ALL_BRANCHES = `+refs/heads/*:${BRANCHES}*`;

/**
 * Clones into the workspace, or checks out another commit in an existing clone.
 *
 * Always fetches into a separate repository: the configuration of a clone can be changed by commands of the agent, so
 * no process that has credentials reads it. The clone then copies the objects from there.
 */
export async function cloneRepository(
  repository: Repository,
  input: CloneInput,
  context: CloneContext,
  signal: AbortSignal,
): Promise<object> {
  const place = await placeIn(context.workspace, repository.name);
  const state = await stateOf(place, repository.name);
  try {
    return await inFreshDirectory(context.workspace, async (fresh) => {
      const directory = path.join(fresh, 'repository');
      await mkdir(directory);
      const guard = async () => void (await requireSize(fresh, context.maxBytes));
      const options: GitOptions = { directory, signal, guard };
      await git(['init', '--quiet', '--template=', '--initial-branch=main'], options);
      const commit = await fetched(repository, input, context, options, fresh);
      const files = await requireSmallTree(commit, context.maxBytes, options);
      // Attributes of the tree (an encoding, line ends, keywords) can make files larger than their objects. So this
      // counts the checked-out files, also for an existing clone: it gets only files that are known to fit.
      await git(['checkout', '--quiet', '--detach', commit], options);
      await requireSize(fresh, context.maxBytes);
      if (state === 'nothing') await rename(directory, place);
      else await updateClone({ place, from: directory, commit, maxBytes: context.maxBytes, refs: REFS }, signal);
      const shallow = (await kindOf(path.join(place, '.git', 'shallow'))) !== 'nothing';
      return {
        directory: repository.name,
        state: state === 'nothing' ? 'cloned' : 'updated',
        commit,
        files,
        history: shallow ? 'cut off' : 'complete',
      };
    });
  } catch (error) {
    throw refusalOf(error, repository.name);
  }
}

async function stateOf(place: string, name: string): Promise<'nothing' | 'clone'> {
  const kind = await kindOf(place);
  if (kind === 'nothing') return 'nothing';
  if (kind === 'directory' && (await kindOf(path.join(place, '.git'))) === 'directory') return 'clone';
  throw new Refusal(`'${name}' of the workspace is there and is not a clone. Move it away first.`);
}

/** Fetches the requested revision and returns its commit. */
async function fetched(
  repository: Repository,
  input: CloneInput,
  context: CloneContext,
  options: GitOptions,
  fresh: string,
): Promise<string> {
  if (repository.kind === 'bundle') {
    const file = path.join(fresh, 'bundle');
    await download(context.s3, repository, file, context.maxBytes, options.signal);
    await git(['fetch', '--quiet', '--no-tags', file, ...(await bundleRefs(file, input, options))], {
      ...options,
      transport: 'file',
    });
  } else {
    await git(['remote', 'add', 'origin', repository.url.href], options);
    const transport = repository.url.protocol.slice(0, -1) as GitTransport;
    const fetch = async (depth: string[], ...refs: string[]) => {
      const credentials = await credentialsFor(repository, context);
      const args = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', ...depth, repository.url.href, ...refs];
      await git(args, { ...options, transport, credentials });
    };
    const depth = [`--depth=${input.depth}`];
    if (input.commit !== undefined) {
      try {
        await fetch(depth, `+${input.commit}:${FETCHED}${input.commit}`);
      } catch (error) {
        // Hosts may refuse commits that no branch points to. After the branches are fetched, their history contains the
        // commit.
        if (!(error instanceof GitFailure) || refusesEverything(error)) throw error;
        await fetch([], ALL_BRANCHES);
      }
    } else if (input.branch !== undefined) {
      await fetch(depth, `+refs/heads/${input.branch}:${BRANCHES}${input.branch}`);
    } else {
      await fetch(depth, `+HEAD:${FETCHED}HEAD`);
    }
  }
  return resolved(input, options);
}

async function credentialsFor(repository: Repository, context: CloneContext): Promise<GitCredentials | undefined> {
  if (repository.kind !== 'code-commit') return undefined;
  return codeCommitCredentials(await context.roleCredentials(), context.region, repository.url);
}

/** Failures that another form of the request wouldn't change. */
const refusesEverything = ({ output }: GitFailure): boolean =>
  !/remote error|not our ref|unadvertised|does not allow request|couldn't find remote ref|upload-pack/i.test(output);

/** A bundle made of one branch has no HEAD. */
async function bundleRefs(file: string, input: CloneInput, options: GitOptions): Promise<string[]> {
  if (input.commit !== undefined) return [ALL_BRANCHES];
  if (input.branch !== undefined) return [`+refs/heads/${input.branch}:${BRANCHES}${input.branch}`];
  const heads = (await git(['bundle', 'list-heads', file], options)).trim().split('\n');
  const names = heads.map((line) => line.split(' ')[1]);
  if (names.includes('HEAD')) return [`+HEAD:${FETCHED}HEAD`];
  if (names.length === 1) return [`+${names[0]}:${FETCHED}HEAD`];
  throw new Refusal('The bundle names no default branch. Name a branch.');
}

async function resolved(input: CloneInput, options: GitOptions): Promise<string> {
  const ref = input.commit ?? (input.branch === undefined ? `${FETCHED}HEAD` : `${BRANCHES}${input.branch}`);
  try {
    return (await git(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`], options)).trim();
  } catch (error) {
    if (error instanceof GitFailure) throw new Refusal('There is no such commit in the branches of this repository.');
    throw error;
  }
}

/** Counts what a checkout would write before it is written: a small repository can hold a huge tree. */
async function requireSmallTree(commit: string, maxBytes: number, options: GitOptions): Promise<number> {
  let files = 0;
  let bytes = 0;
  let rest = '';
  const onOutput = (part: Buffer) => {
    const lines = (rest + part.toString('latin1')).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      files += 1;
      bytes += Number.parseInt(line, 10) || 0; // '-' for a submodule, which is not fetched.
    }
    if (files > MAX_ENTRIES) throw tooMany();
    if (bytes > maxBytes) throw tooLarge(maxBytes);
  };
  await git(['ls-tree', '-r', '--full-tree', '--format=%(objectsize)', commit], { ...options, onOutput });
  return files;
}
