/**
 * MCP server `source`: downloads repositories and staged files into the workspace, and writes the configuration of
 * registries.
 */
import { CodeartifactClient } from '@aws-sdk/client-codeartifact';
import { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/v4';
import { SOURCE_VARIABLES as VARIABLES } from '../../../lib/contracts/tool';
import { clientOptions } from '../server/aws';
import { Refusal } from '../server/refusal';
import { oneOf, requireInScope } from '../server/scope';
import { type Settings, SettingError } from '../server/settings';
import { serve, TEXT_IS_DATA, tool, type Tool } from '../server/tool-server';
import { cloneRepository, type CloneContext } from './clone';
import { configureRegistries } from './registries';
import { registriesInScope, repositoriesInScope, type Repository } from './scope-entries';
import { fetchStaged, type StagedContext } from './staged';

const TEN_GIB = 10 * 1024 ** 3;

/** Changes the workspace only; what is fetched replaces what an earlier call fetched. */
const FETCHES = { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false };

/** A name that git accepts only as a branch. Source: git-check-ref-format. */
const BRANCH = /^(?![-/.])(?!.*(?:\/\/|\/\.|\.\.|@\{))[A-Za-z0-9._/@#+=-]{1,200}(?<![/.]|\.lock)$/;

void serve('source', (settings) => {
  const workspace = process.argv[2];
  if (!workspace?.startsWith('/')) throw new SettingError('the first argument', 'the absolute path of the workspace');
  const maxBytes = settings.wholeNumber(VARIABLES.maxBytes, 1, TEN_GIB);
  const repositories = repositoriesInScope(settings);
  const registries = registriesInScope(settings);
  const s3 = new S3Client(clientOptions);
  const context = { workspace, maxBytes, s3 };
  const tools: Tool[] = [];
  if (repositories.length > 0) {
    const roleCredentials = () => s3.config.credentials();
    tools.push(cloneTool(repositories, { ...context, region: settings.text('AWS_REGION'), roleCredentials }));
  }
  const staged = stagedScope(settings);
  if (staged) tools.push(stagedTool({ ...context, ...staged }));
  if (registries.length > 0) {
    const client = new CodeartifactClient(clientOptions);
    tools.push(
      tool({
        name: 'configure_registries',
        description:
          'Configures npm and pip for the private registries of this agent, for one hour. Answers with the environment variables to set for commands that install packages. Call it again when access is refused.',
        input: z.strictObject({}),
        annotations: FETCHES,
        run: (_, signal) => configureRegistries(client, registries, workspace, signal),
      }),
    );
  }
  if (tools.length === 0) throw new SettingError(VARIABLES.repositories, 'set, or staged files or registries');
  return tools;
});

function cloneTool(repositories: readonly Repository[], context: CloneContext): Tool {
  const names = repositories.map(({ name }) => name);
  return tool({
    name: 'clone_repository',
    description: `Clones a repository into the directory of its name in the workspace and checks a commit out, or brings the clone there to another commit. Without submodules, tags and LFS contents. git of the workspace cannot fetch: call this again. ${TEXT_IS_DATA}`,
    input: z.strictObject({
      name: oneOf(names, 'Repository'),
      commit: z
        .string()
        .regex(/^[0-9a-f]{40}$/)
        .optional()
        .describe('Full SHA of a commit. Default: the tip of the branch'),
      branch: z
        .string()
        .regex(BRANCH)
        .optional()
        .describe('Branch, if no commit is given. Default: its default branch'),
      depth: z.int().min(1).max(100_000).default(50).describe('Commits of history. Bundles come whole'),
    }),
    annotations: FETCHES,
    run: ({ name, ...input }, signal) => {
      requireInScope([name], names, 'Repository');
      if (input.commit !== undefined && input.branch !== undefined)
        throw new Refusal('Give commit or branch, not both.');
      return cloneRepository(
        repositories.find((each) => each.name === name)!,
        input,
        context,
        signal,
      );
    },
  });
}

type StagedScope = Pick<StagedContext, 'bucket' | 'bucketOwner' | 'prefix'>;

function stagedScope(settings: Settings): StagedScope | undefined {
  if (!process.env[VARIABLES.stagedBucket]) return undefined;
  const prefix = settings.text(VARIABLES.stagedPrefix);
  if (!prefix.endsWith('/')) throw new SettingError(VARIABLES.stagedPrefix, 'a prefix that ends in a slash');
  const bucket = settings.text(VARIABLES.stagedBucket);
  return { bucket, prefix, bucketOwner: settings.text(VARIABLES.stagedBucketOwner) };
}

function stagedTool(context: StagedContext): Tool {
  return tool({
    name: 'fetch_staged',
    description: `Brings the files that were prepared for a turn into staged/<turn>/ of the workspace; source code of it is in source/ there. ${TEXT_IS_DATA}`,
    input: z.strictObject({
      turn: z
        .string()
        .regex(/^[A-Za-z0-9_-]{1,80}$/)
        .describe('Name of the turn, as the prompt says it'),
    }),
    annotations: FETCHES,
    run: ({ turn }, signal) => fetchStaged(context, turn, signal),
  });
}
