import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Duration, Size, Stack } from 'aws-cdk-lib/core';
import {
  KEY_READ_ACTIONS,
  REGISTRY_READ_ACTIONS,
  REGISTRY_TOKEN_ACTIONS,
  RESOURCELESS_ACTIONS,
  SERVICE_TOKEN_ACTIONS,
  SOURCE_PULL_ACTIONS,
  SOURCE_READ_ACTIONS,
  STAGED_LIST_ACTIONS,
} from '../../identity/perms';
import { AgentNetworkService } from '../../network';
import { requireInput, requirePattern, requireWholeNumber } from '../../validation/input-error';
import { bundledServer, type BundledToolOptions, checkBytes, checkNames, checkOptions } from './bundled-server';
import type { PackageRegistry } from './package-registry';
import type { SourceRepository } from './source-repository';
import { SOURCE_VARIABLES as VARIABLES } from '../../contracts/tool';
import type { DeclaredUse, ToolHost, ToolParts } from './tool-host';

/** The location of the files that the staging function of a turn writes for the agent. */
export interface StagedSource {
  /** The bucket. */
  readonly bucket: IBucket;

  /**
   * The prefix that this agent, and no other agent, can read. Ends with a slash, for example `staged/`. Objects of one
   * turn are below `<prefix><turn>/`.
   */
  readonly prefix: string;
}

/**
 * The sources that an agent can download into its workspace. Set at least one of `repositories`, `staged` and
 * `registries`.
 */
export interface SourceToolOptions extends BundledToolOptions {
  /**
   * Repositories that may be cloned, at most 50.
   *
   * @default - none; the agent gets no tool to clone
   */
  readonly repositories?: SourceRepository[];

  /**
   * Files that a staging function wrote for the turn.
   *
   * @default - none; the agent gets no tool to fetch them
   */
  readonly staged?: StagedSource;

  /**
   * Private registries that npm and pip of the agent read from, at most one per package format. The token for them is in
   * a file that commands of the agent can read.
   *
   * @default - none; the agent gets no tool to configure registries
   */
  readonly registries?: PackageRegistry[];

  /**
   * Maximum size of one call, both downloaded and unpacked, at most 10 GiB. Session storage of AgentCore has 1 GB in
   * total.
   *
   * @default Size.mebibytes(512)
   */
  readonly maxSize?: Size;
}

const WHERE = 'AgentTool.source';
const DEFAULT_SIZE = Size.mebibytes(512);

export function checkSource(props: SourceToolOptions): void {
  checkOptions(WHERE, props);
  const { repositories = [], staged, registries = [] } = props;
  requireInput(repositories.length + registries.length > 0 || staged !== undefined, WHERE, {
    input: 'repositories',
    value: [],
    allowed: 'at least one repository or registry, or staged files',
    fix: 'name what the agent may fetch',
  });
  requireWholeNumber(WHERE, 'number of repositories', repositories.length, 0, 50, 'repositories');
  const names = repositories.map(({ name }) => name);
  checkNames(WHERE, 'repositories', names, /./, 'names');
  // A GitHub repository is in a directory with the name of its owner.
  const inside = names.find((name) => names.some((other) => name.startsWith(`${other}/`)));
  requireInput(inside === undefined, WHERE, {
    input: 'repositories',
    value: inside,
    allowed: 'repositories whose directories do not lie in each other',
    fix: 'give the bundle another name',
  });
  if (staged) {
    requirePattern(
      WHERE,
      'staged.prefix',
      staged.prefix,
      /^(?=.{2,512}$)([A-Za-z0-9_][A-Za-z0-9_.=-]*\/)+$/,
      "parts that begin with a letter, digit or '_', each followed by a slash",
      "pass for example 'staged/'",
    );
  }
  const formats: string[] = registries.flatMap((registry) => registry.formats);
  checkNames(WHERE, 'formats of registries', formats, /./, 'one registry per format');
  checkBytes(WHERE, 'maxSize', props.maxSize ?? DEFAULT_SIZE, Size.gibibytes(10).toBytes());
}

export function sourceTool(props: SourceToolOptions, host: ToolHost): ToolParts {
  const { repositories = [], staged, registries = [] } = props;
  const boundRepositories = repositories.map((repository) => repository._bind(host));
  const boundRegistries = registries.map((registry) => registry._bind(host));
  const statements: PolicyStatement[] = [];
  const wildcards = new Map<string, string>();
  const otherAccounts: DeclaredUse[] = [];
  const grant = (sid: string, actions: string[], resources: string[], conditions?: Record<string, unknown>) => {
    if (resources.length > 0) statements.push(new PolicyStatement({ sid, actions, resources, conditions }));
  };
  const objects = boundRepositories.flatMap(({ object }) => object ?? []);
  const keys = new Set<IKey>(boundRepositories.flatMap(({ key }) => key ?? []));

  grant(
    'PullRepositories',
    SOURCE_PULL_ACTIONS,
    boundRepositories.flatMap(({ pull }) => pull ?? []),
  );
  if (staged) {
    const stagedObjects = staged.bucket.arnForObjects(`${staged.prefix}*`);
    objects.push(stagedObjects);
    wildcards.set(stagedObjects, 'Turns have names of their own; the prefix is of this agent.');
    if (staged.bucket.encryptionKey) keys.add(staged.bucket.encryptionKey);
    grant('ListStaged', STAGED_LIST_ACTIONS, [staged.bucket.bucketArn], {
      StringLike: { 's3:prefix': `${staged.prefix}*` },
    });
  }
  grant('ReadSource', SOURCE_READ_ACTIONS, objects);
  grant(
    'DecryptSource',
    KEY_READ_ACTIONS,
    [...keys].map(({ keyArn }) => keyArn),
    { StringEquals: { 'kms:ViaService': `s3.${Stack.of(host.scope).region}.amazonaws.com` } },
  );
  if (boundRegistries.length > 0) {
    const domains = new Set(boundRegistries.map(({ domainArn }) => domainArn));
    const registryArns = new Set(boundRegistries.map(({ repositoryArn }) => repositoryArn));
    grant('GetRegistryToken', REGISTRY_TOKEN_ACTIONS, [...domains]);
    grant('ReadRegistries', REGISTRY_READ_ACTIONS, [...registryArns]);
    // No resource-level form exists: see RESOURCELESS_ACTIONS in perms.ts.
    grant('MakeRegistryToken', SERVICE_TOKEN_ACTIONS, ['*'], {
      StringEquals: { 'sts:AWSServiceName': 'codeartifact.amazonaws.com' },
    });
    for (const { otherAccount } of boundRegistries) {
      if (otherAccount === undefined) continue;
      const reason = `PackageRegistry.codeArtifact names a registry of the account ${otherAccount}, which the agent reads`;
      otherAccounts.push(
        { actions: REGISTRY_TOKEN_ACTIONS, resources: [...domains], reason },
        { actions: REGISTRY_READ_ACTIONS, resources: [...registryArns], reason },
      );
    }
    wildcards.set('*', SERVICE_TOKEN_ACTIONS.map((action) => `${action}: ${RESOURCELESS_ACTIONS[action]}`).join('; '));
  }

  const variables = {
    [VARIABLES.repositories]: boundRepositories.map(({ entry }) => entry).join(','),
    ...(staged && {
      [VARIABLES.stagedBucket]: staged.bucket.bucketName,
      [VARIABLES.stagedPrefix]: staged.prefix,
      [VARIABLES.stagedBucketOwner]: staged.bucket.env.account,
    }),
    [VARIABLES.registries]: boundRegistries.flatMap(({ entries }) => entries).join(','),
    [VARIABLES.maxBytes]: String((props.maxSize ?? DEFAULT_SIZE).toBytes()),
  };
  const tools = [
    ...(repositories.length > 0 ? ['clone_repository'] : []),
    ...(staged ? ['fetch_staged'] : []),
    ...(registries.length > 0 ? ['configure_registries'] : []),
  ];
  const server = { name: 'source', variables, args: [host.workspaceDirectory], tools };
  return {
    definition: bundledServer(host, server, { ...props, deadline: props.deadline ?? Duration.minutes(5) }),
    executionStatements: statements,
    services: [
      ...[...boundRepositories, ...boundRegistries].flatMap(({ services }) => services),
      ...(staged ? [AgentNetworkService.S3] : []),
    ],
    otherAccounts,
    wildcards,
  };
}
