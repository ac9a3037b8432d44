import { runtimes } from '../model/agents';
import { at, isTrue, textAt } from '../model/json';
import { readPolicy } from '../policy/statement';
import type { IndexedResource, TemplateIndex } from '../template-index';
import type { Finding, SecurityRule } from './rule';

const LOCATION = 'Properties.AgentRuntimeArtifact';

/** The code that was reviewed is the code that runs. */
export const MA_IMG1: SecurityRule = {
  id: 'MA-IMG1',
  family: 'image',
  severity: 'error',
  what: 'The image is pinned by digest or by a tag that cannot move; its repository scans on push and is not public.',
  why: 'A tag that moves puts code nobody has reviewed under the role of the agent, without any deployment.',
  fix: 'Use AgentImage, pin the image by digest, or make the tags of the repository immutable and scan on push',
  page: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html',
  controls: { nist: ['CM-2', 'CM-14', 'RA-5', 'SI-7'], iso: ['A.8.9', 'A.8.19', 'A.8.28'], soc2: ['CC7.1', 'CC8.1'] },
  check: (index) => runtimes(index).flatMap((runtime) => judge(index, runtime)),
};

function judge(index: TemplateIndex, runtime: IndexedResource): Finding[] {
  const find = (detail: string): Finding => ({ resource: runtime, location: LOCATION, detail });
  const artifact = at(runtime.properties, 'AgentRuntimeArtifact');
  const uri = textAt(artifact, 'ContainerConfiguration', 'ContainerUri');
  if (uri === undefined) {
    return isFixedArchive(artifact) ? [] : [find('the code archive of the Runtime can be replaced in place')];
  }
  if (uri.startsWith('public.ecr.aws/')) {
    return [find('the image comes from a public registry')];
  }
  const repository = index.mentioned(uri).find(({ type }) => type === 'AWS::ECR::Repository');
  const pinned =
    isDigest(uri) || isContentTag(uri) || (repository !== undefined && hasTag(uri) && isImmutable(repository));
  return [
    ...(pinned ? [] : [find('the image is named by a tag that can move')]),
    ...(repository ? judgeRepository(repository) : []),
  ];
}

function isDigest(uri: string): boolean {
  return /@sha256:([0-9a-f]{64}|\$\{.+\})$/.test(uri);
}

/** The tag of an asset of the CDK: the hash of what it was built from, in a repository with immutable tags. */
function isContentTag(uri: string): boolean {
  return /\/cdk-[a-z0-9]+-container-assets-[^:@]*:[0-9a-f]{64}$/.test(withoutReferences(uri));
}

function hasTag(uri: string): boolean {
  return /:[^/:@]+$/.test(withoutReferences(uri)) && !uri.endsWith(':latest');
}

/** References such as `${AWS::AccountId}` hold colons of their own. */
function withoutReferences(uri: string): string {
  return uri.replace(/\$\{[^}]*\}/g, 'x');
}

function isImmutable({ properties }: IndexedResource): boolean {
  return properties.ImageTagMutability === 'IMMUTABLE';
}

function judgeRepository(repository: IndexedResource): Finding[] {
  const open = readPolicy(repository.properties.RepositoryPolicyText).some(
    ({ effect, principals, conditions }) =>
      effect === 'Allow' && conditions.length === 0 && Object.values(principals).flat().includes('*'),
  );
  return [
    ...(isTrue(at(repository.properties, 'ImageScanningConfiguration', 'ScanOnPush'))
      ? []
      : [
          {
            resource: repository,
            location: 'Properties.ImageScanningConfiguration',
            detail: 'the repository of the image does not scan on push',
          },
        ]),
    ...(isImmutable(repository)
      ? []
      : [
          {
            resource: repository,
            location: 'Properties.ImageTagMutability',
            detail: 'the tags of the repository of the image can move',
          },
        ]),
    ...(open
      ? [
          {
            resource: repository,
            location: 'Properties.RepositoryPolicyText',
            detail: 'the repository of the image is public',
          },
        ]
      : []),
  ];
}

/** An object version, or a key that is the hash of its content. */
function isFixedArchive(artifact: unknown): boolean {
  const object = at(artifact, 'CodeConfiguration', 'Code', 'S3');
  return textAt(object, 'VersionId') !== undefined || /(^|\/)[0-9a-f]{64}\.zip$/.test(textAt(object, 'Prefix') ?? '');
}
