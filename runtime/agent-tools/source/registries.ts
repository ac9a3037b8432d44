import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  type CodeartifactClient,
  GetAuthorizationTokenCommand,
  GetRepositoryEndpointCommand,
} from '@aws-sdk/client-codeartifact';
import { REGISTRY_DIRECTORY } from '../../../lib/contracts/tool';
import { Refusal } from '../server/refusal';
import type { Registry } from './scope-entries';
import { kindOf, placeIn } from './workspace';

/** How long commands can read packages after a call. CodeArtifact accepts at least 15 minutes. */
const TOKEN_SECONDS = 3_600;

interface Configuration {
  readonly file: string;
  /** Variable that names the file to the package manager. */
  readonly variable: string;
  readonly text: (endpoint: URL, token: string) => string;
}

/**
 * Sources: docs.aws.amazon.com/codeartifact/latest/ug/npm-auth.html and python-configure-pip.html (user name `aws`, the
 * packages of pip below `simple/`), docs.npmjs.com (a token belongs to the address that follows `//`).
 */
const CONFIGURATIONS: Readonly<Record<Registry['format'], Configuration>> = {
  npm: {
    file: '.npmrc',
    variable: 'NPM_CONFIG_USERCONFIG',
    text: (endpoint, token) =>
      `registry=${endpoint.href}\n//${endpoint.host}${endpoint.pathname}:_authToken=${token}\n`,
  },
  pypi: {
    file: 'pip.conf',
    variable: 'PIP_CONFIG_FILE',
    text: (endpoint, token) =>
      `[global]\nindex-url = ${endpoint.protocol}//aws:${token}@${endpoint.host}${endpoint.pathname}simple/\n`,
  },
};

/** Writes the configuration of npm and pip, and returns the variables that make them use it. */
export async function configureRegistries(
  client: CodeartifactClient,
  registries: readonly Registry[],
  workspace: string,
  signal: AbortSignal,
): Promise<object> {
  const directory = await placeIn(workspace, REGISTRY_DIRECTORY);
  if ((await kindOf(directory)) === 'other') {
    throw new Refusal(`'${REGISTRY_DIRECTORY}' of the workspace is not a directory. Remove it first.`);
  }
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const variables: Record<string, string> = {};
  let expires: Date | undefined;
  for (const registry of registries) {
    const { token, expiration } = await tokenFor(client, registry, signal);
    const { file, variable, text } = CONFIGURATIONS[registry.format];
    await replaceFile(path.join(directory, file), text(await endpointOf(client, registry, signal), token));
    variables[variable] = path.join(directory, file);
    if (expiration && (!expires || expiration < expires)) expires = expiration;
  }
  return {
    environment: variables,
    registries: registries.map(({ repository, format }) => ({ repository, format })),
    expires,
  };
}

async function tokenFor(client: CodeartifactClient, { domain, domainOwner }: Registry, signal: AbortSignal) {
  const { authorizationToken: token, expiration } = await client.send(
    new GetAuthorizationTokenCommand({ domain, domainOwner, durationSeconds: TOKEN_SECONDS }),
    { abortSignal: signal },
  );
  // It is written to files in which other characters would end the value.
  if (!token || !/^[A-Za-z0-9._~+/=-]+$/.test(token))
    throw new Refusal('CodeArtifact answered without a usable token.');
  return { token, expiration };
}

async function endpointOf(client: CodeartifactClient, registry: Registry, signal: AbortSignal): Promise<URL> {
  const { domain, domainOwner, repository, format } = registry;
  const { repositoryEndpoint } = await client.send(
    new GetRepositoryEndpointCommand({ domain, domainOwner, repository, format }),
    { abortSignal: signal },
  );
  const url = URL.canParse(repositoryEndpoint ?? '') ? new URL(repositoryEndpoint!) : undefined;
  const plain = url && url.username === '' && url.search === '' && url.hash === '' && url.pathname.endsWith('/');
  if (!plain || !/^https?:$/.test(url.protocol)) throw new Refusal('CodeArtifact answered without a usable address.');
  return url;
}

/**
 * Readable only by the user of the commands. Written to a temporary file and moved, so that no program reads half a
 * file.
 */
async function replaceFile(file: string, text: string): Promise<void> {
  const beside = `${file}.${process.pid}`;
  await writeFile(beside, text, { mode: 0o600, flag: 'wx' });
  await rename(beside, file);
}
