import type { IRepository } from 'aws-cdk-lib/aws-codecommit';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { AgentNetworkService } from '../../network';
import { requireInput, requirePattern } from '../../validation/input-error';
import { REGISTRY_DIRECTORY, STAGED_WORKSPACE } from '../../contracts/tool';
import type { ToolHost } from './tool-host';
import { checkInputsOf } from '../../validation/checked-inputs';

/** The permissions and settings that one repository needs. */
export interface BoundRepository {
  /** The entry in the server's settings. */
  readonly entry: string;
  readonly services: AgentNetworkService[];
  /** ARN of the CodeCommit repository to pull from. */
  readonly pull?: string;
  /** ARN of the object to read. */
  readonly object?: string;
  /** Key of the bucket that the object is in. */
  readonly key?: IKey;
}

/** A repository that an agent may clone into its workspace with `AgentTool.source`. */
export class SourceRepository {
  static {
    checkInputsOf(this, 'SourceRepository');
  }

  /**
   * A CodeCommit repository of the agent's account and Region, through the endpoint of the network. Grants
   * `codecommit:GitPull` on this repository to the execution role.
   *
   * @throws InputError when the repository is in another account or Region.
   */
  public static codeCommit(repository: IRepository): SourceRepository {
    const { repositoryName } = repository;
    requireDirectory('SourceRepository.codeCommit', repositoryName);
    return new SourceRepository(repositoryName, () => ({
      entry: `code-commit/${repositoryName}`,
      services: [AgentNetworkService.GIT_CODECOMMIT],
      pull: repository.repositoryArn,
    }));
  }

  /**
   * A git bundle in S3, as `git bundle create` makes it. Grants `s3:GetObject` on this object to the execution role.
   *
   * @param name the name of the repository for the agent, and its directory in the workspace
   * @param bucket the bucket
   * @param key the key of the bundle, without wildcards
   * @throws InputError when name or key are malformed.
   */
  public static s3Bundle(name: string, bucket: IBucket, key: string): SourceRepository {
    const where = 'SourceRepository.s3Bundle';
    requireDirectory(where, name);
    requirePattern(
      where,
      'key',
      key,
      /^[A-Za-z0-9_][A-Za-z0-9_./=+@-]{0,900}$/,
      'the key of one object: letters, digits and _ . / = + @ -, without wildcards and commas',
      "pass for example 'backups/shop.bundle'",
    );
    return new SourceRepository(name, () => ({
      entry: `bundle/${name}/${bucket.env.account}/${bucket.bucketName}/${key}`,
      services: [AgentNetworkService.S3],
      object: bucket.arnForObjects(key),
      key: bucket.encryptionKey,
    }));
  }

  /**
   * A public repository on GitHub, over HTTPS and without credentials. Needs a network with egress to `github.com`:
   * `egress: AgentEgress.allowList(['github.com'])`.
   *
   * @param fullName `owner/name`
   * @throws InputError when the name is malformed, or the network of the agent has no such egress.
   */
  public static gitHub(fullName: string): SourceRepository {
    requirePattern(
      'SourceRepository.gitHub',
      'fullName',
      fullName,
      /^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/(?![.]{1,2}$)[A-Za-z0-9._-]{1,100}(?<!\.git)$/,
      "'owner/name'",
      "pass for example 'aws/git-remote-codecommit'",
    );
    return new SourceRepository(fullName, (host) => {
      requireGitHubEgress(host, fullName);
      return { entry: `github/${fullName}`, services: [] };
    });
  }

  /** The name of the repository for the agent, and its directory in the workspace. */
  public readonly name: string;

  private readonly bound: (host: ToolHost) => BoundRepository;

  private constructor(name: string, bound: (host: ToolHost) => BoundRepository) {
    this.name = name;
    this.bound = bound;
  }

  /** @internal */
  public _bind(host: ToolHost): BoundRepository {
    return this.bound(host);
  }
}

/** Source of the length and characters: CodeCommit API reference, RepositoryMetadata.repositoryName. */
function requireDirectory(where: string, name: string): void {
  requirePattern(
    where,
    'name',
    name,
    /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/,
    'a name of letters, digits and . _ -, which does not begin with a dot or hyphen',
    'choose a name that can be a directory of the workspace',
  );
  const taken = [STAGED_WORKSPACE.directory, REGISTRY_DIRECTORY];
  requireInput(!taken.includes(name), where, {
    input: 'name',
    value: name,
    allowed: `anything but ${taken.join(' and ')}, which the tool uses itself`,
    fix: 'choose another name',
  });
}

function requireGitHubEgress(host: ToolHost, fullName: string): void {
  const { egress } = host.network;
  const named = egress.domains.some((domain) => domain.toLowerCase() === 'github.com');
  requireInput(egress.mode === 'open' || named, host.scope, {
    input: 'SourceRepository.gitHub',
    value: fullName,
    allowed: `a network that lets github.com through; this one has egress '${egress.mode}'`,
    fix: "make the network with egress: AgentEgress.allowList(['github.com'])",
  });
}
