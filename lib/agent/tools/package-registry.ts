import { Stack, Token } from 'aws-cdk-lib/core';
import { REGISTRY_READ_ACTIONS, REGISTRY_TOKEN_ACTIONS } from '../../identity/perms';
import { AgentNetworkService } from '../../network';
import { requireInput, requirePattern } from '../../validation/input-error';
import type { ToolHost } from './tool-host';
import { checkInputsOf } from '../../validation/checked-inputs';

/** Package managers that can be configured. */
export enum PackageFormat {
  /** npm. */
  NPM = 'npm',
  /** pip. */
  PYPI = 'pypi',
}

/** A CodeArtifact repository of the agent's Region. */
export interface CodeArtifactRegistryOptions {
  /** Name of the domain. */
  readonly domainName: string;

  /**
   * Account that owns the domain.
   *
   * @default - the account of the agent
   */
  readonly domainOwner?: string;

  /** Name of the repository. */
  readonly repositoryName: string;

  /**
   * Package managers that use it.
   *
   * @default [PackageFormat.NPM, PackageFormat.PYPI]
   */
  readonly formats?: PackageFormat[];
}

/** The permissions and settings that one registry needs. */
export interface BoundRegistry {
  /** The entries in the server's settings, one per format. */
  readonly entries: string[];
  readonly domainArn: string;
  readonly repositoryArn: string;
  readonly services: AgentNetworkService[];
  /** The account that owns it, if the app names another account. */
  readonly otherAccount?: string;
}

/** A private package registry that commands of an agent may read from, with `AgentTool.source`. */
export class PackageRegistry {
  static {
    checkInputsOf(this, 'PackageRegistry');
  }

  /**
   * A CodeArtifact repository, through the endpoints of the network. Grants reading of this repository to the execution
   * role, and the token that package managers need for it. A domain of another account must also allow the role.
   *
   * @throws InputError when a name is malformed or no format is named.
   */
  public static codeArtifact(props: CodeArtifactRegistryOptions): PackageRegistry {
    checkCodeArtifact(props);
    return new PackageRegistry(props.formats ?? [PackageFormat.NPM, PackageFormat.PYPI], (host) =>
      codeArtifact(props, host),
    );
  }

  /** Package managers that use it. */
  public readonly formats: PackageFormat[];

  private readonly bound: (host: ToolHost) => BoundRegistry;

  private constructor(formats: PackageFormat[], bound: (host: ToolHost) => BoundRegistry) {
    this.formats = [...formats];
    this.bound = bound;
  }

  /** @internal */
  public _bind(host: ToolHost): BoundRegistry {
    return this.bound(host);
  }
}

const WHERE = 'PackageRegistry.codeArtifact';

/** Source of the patterns: CodeArtifact API reference, GetAuthorizationToken and GetRepositoryEndpoint. */
function checkCodeArtifact(props: CodeArtifactRegistryOptions): void {
  const { domainName, domainOwner, repositoryName, formats } = props;
  const fix = 'pass the name, not the ARN';
  requirePattern(WHERE, 'domainName', domainName, /^[a-z][a-z0-9-]{0,48}[a-z0-9]$/, 'the name of a domain', fix);
  requirePattern(
    WHERE,
    'repositoryName',
    repositoryName,
    /^[A-Za-z0-9][A-Za-z0-9._-]{1,99}$/,
    'the name of a repository',
    fix,
  );
  if (domainOwner !== undefined) {
    requirePattern(WHERE, 'domainOwner', domainOwner, /^\d{12}$/, 'an account id of 12 digits', 'pass the account id');
  }
  requireInput(formats === undefined || (formats.length > 0 && new Set(formats).size === formats.length), WHERE, {
    input: 'formats',
    value: formats,
    allowed: 'at least one format, each once',
    fix: 'leave it out for npm and pypi',
  });
}

function codeArtifact(props: CodeArtifactRegistryOptions, host: ToolHost): BoundRegistry {
  const { domainName, repositoryName, formats = [PackageFormat.NPM, PackageFormat.PYPI] } = props;
  const { account, region, partition } = Stack.of(host.scope);
  const owner = props.domainOwner ?? account;
  const arn = (resource: string) => `arn:${partition}:codeartifact:${region}:${owner}:${resource}`;
  const domain = `domain/${domainName}`;
  const repository = `repository/${domainName}/${repositoryName}`;
  const services = [AgentNetworkService.CODEARTIFACT_API, AgentNetworkService.CODEARTIFACT_REPOSITORIES];
  // The constants allow resources of the network's own account; another literal owner is added here.
  const otherAccount =
    props.domainOwner !== undefined && !Token.isUnresolved(owner) && owner !== account ? owner : undefined;
  if (otherAccount !== undefined) {
    const foreign = (resource: string) => `arn:{partition}:codeartifact:{region}:${owner}:${resource}`;
    const through = (name: string, actions: string[], resources: string[]) =>
      AgentNetworkService.interface(name, { actions, resources: resources.map(foreign) });
    services.push(
      through('codeartifact.api', [...REGISTRY_TOKEN_ACTIONS, ...REGISTRY_READ_ACTIONS], [domain, repository]),
      through('codeartifact.repositories', REGISTRY_READ_ACTIONS, [repository]),
    );
  }
  return {
    entries: formats.map((format) => `code-artifact/${domainName}/${owner}/${repositoryName}/${format}`),
    domainArn: arn(domain),
    repositoryArn: arn(repository),
    services,
    otherAccount,
  };
}
